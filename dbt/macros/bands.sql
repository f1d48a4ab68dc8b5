{#
  Hour of the day on the clock of the business, whose zone the nightly schedule has too. Midnight to the second, on
  that clock or on that of UTC, is how systems write a day without an hour.
#}
{% macro local_hour(moment) -%}
    {%- set local = "timezone('Europe/Stockholm', timezone('UTC', " ~ moment ~ "))" -%}
    case when time '00:00:00' not in (cast({{ moment }} as time), cast({{ local }} as time))
        then cast(hour({{ local }}) as integer)
    end
{%- endmacro %}

{# Bands in which figures of a person may leave the warehouse. #}

{% macro age_band(years) -%}
    case
        when {{ years }} is null then 'unknown'
        when {{ years }} < 18 then '0-17'
        when {{ years }} < 25 then '18-24'
        when {{ years }} < 35 then '25-34'
        when {{ years }} < 45 then '35-44'
        when {{ years }} < 55 then '45-54'
        when {{ years }} < 65 then '55-64'
        when {{ years }} < 75 then '65-74'
        else '75+'
    end
{%- endmacro %}

{% macro employee_band(employees) -%}
    case
        when {{ employees }} is null then null
        when {{ employees }} < 10 then '0-9'
        when {{ employees }} < 50 then '10-49'
        when {{ employees }} < 250 then '50-249'
        else '250+'
    end
{%- endmacro %}

{% macro count_band(count) -%}
    case
        when {{ count }} is null then 'unknown'
        when {{ count }} <= 0 then 'none'
        when {{ count }} = 1 then '1'
        when {{ count }} < 5 then '2-4'
        when {{ count }} < 10 then '5-9'
        else '10 or more'
    end
{%- endmacro %}

{% macro euro_band(amount) -%}
    case
        when {{ amount }} is null then 'unknown'
        when {{ amount }} <= 0 then 'none'
        when {{ amount }} < 100 then 'below 100 EUR'
        when {{ amount }} < 500 then '100 to 500 EUR'
        when {{ amount }} < 2000 then '500 to 2,000 EUR'
        else 'above 2,000 EUR'
    end
{%- endmacro %}

{% macro recency_band(days) -%}
    case
        when {{ days }} is null then 'never'
        when {{ days }} <= 30 then 'in the last 30 days'
        when {{ days }} <= 90 then 'in the last 90 days'
        when {{ days }} <= 365 then 'in the last year'
        else 'over a year ago'
    end
{%- endmacro %}

{# One step of generalisation: in groups below k the column becomes "other". #}
{% macro generalise(relation, column, k) -%}
    select
        * replace (
            case
                when count(*) over (partition by country_code, region, age_band, gender) < {{ k }}
                    then 'other' else {{ column }}
            end as {{ column }}
        )
    from {{ relation }}
{%- endmacro %}
