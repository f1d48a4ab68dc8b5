{# Where it is known, it lies between 0 and 1. #}
{% test is_share(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where {% for column in columns %}not {{ column }} between 0 and 1{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
