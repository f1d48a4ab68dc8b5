{#
  From delivered text to types. How a source writes dates and numbers comes from sources.yaml, by the
  variable `formats`; the raw stage reads its required values alike (defs/raw/acceptance.py).
#}

{% macro text(column) -%}
    nullif(trim(cast({{ column }} as varchar)), '')
{%- endmacro %}

{#
  Text that people typed themselves: none where it holds something of the shape of a Nordic national
  person number, which stays in raw (models/normalisation/person_numbers.py).
#}
{% macro holds_person_number(column) -%}
    coalesce(regexp_matches(cast({{ column }} as varchar),
        '(^|[^0-9A-Za-z])('
        || '(18|19|20)?[0-9]{2}(0[1-9]|1[0-2])[0-9]{2}[-+ ]?[0-9]{4}'
        || '|(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}'
        || '|[0-7][0-9][0145][0-9]{3} ?[0-9]{5}'
        || '|[0-3][0-9][01][0-9][0-9]{2}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]'
        || ')([^0-9A-Za-z]|$)'
    ), false)
{%- endmacro %}

{% macro free_text(column) -%}
    case when not {{ holds_person_number(column) }} then {{ text(column) }} end
{%- endmacro %}

{# Words that a database takes for dates, such as "epoch" and "infinity", are no dates here. #}
{% macro iso_text(column) -%}
    case when regexp_matches({{ text(column) }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') then {{ text(column) }} end
{%- endmacro %}

{% macro text_with_digits(column) -%}
    case when regexp_matches({{ text(column) }}, '[0-9]') then {{ text(column) }} end
{%- endmacro %}

{# After the time of day stands a zone: "Z", "+02:00", " Europe/Paris". #}
{% macro has_zone(column) -%}
    regexp_matches({{ iso_text(column) }}, ':[0-9.]+ ?[-+A-Za-z]')
{%- endmacro %}

{#
  A moment with a zone is of the day at the source; one at midnight is of the day that it names, since
  days are written so where only moments can be.
#}
{% macro as_date(column, table) -%}
    {%- set format = var('formats')[table] -%}
    coalesce(
        cast(try_strptime({{ text_with_digits(column) }}, ['{{ format.date_format | join("', '") }}']) as date),
        case
            when regexp_matches({{ iso_text(column) }}, '^.{10}[ T]00:00(:00([.]0+)?)?[ Zz0-9:+-]*$')
                then try_cast(left({{ iso_text(column) }}, 10) as date)
            when {{ has_zone(column) }}
                then cast(try_cast({{ iso_text(column) }} as timestamptz) at time zone '{{ format.timezone }}' as date)
            else cast(try_cast({{ iso_text(column) }} as timestamp) as date)
        end
    )
{%- endmacro %}

{% macro in_utc(local, timezone) -%}
    {%- if timezone == 'UTC' -%}
        {{ local }}
    {%- else -%}
        (({{ local }}) at time zone '{{ timezone }}') at time zone 'UTC'
    {%- endif -%}
{%- endmacro %}

{#
  In UTC: a time without a zone is in the zone that the source declares, one with a zone is in its own.
  A declared format may hold the zone: %z and %Z read it, a plain Z at its end is UTC's.
#}
{% macro as_timestamp(column, table) -%}
    {%- set format = var('formats')[table] -%}
    coalesce(
        {% for timestamp_format in format.timestamp_format -%}
            {%- set declared -%}
                try_strptime({{ text_with_digits(column) }}, '{{ timestamp_format }}')
            {%- endset -%}
            {% if timestamp_format[-1] in 'zZ' -%}
                cast({{ declared }} as timestamp)
            {%- else -%}
                {{ in_utc(declared, format.timezone) }}
            {%- endif %},
        {% endfor -%}
        case
            when {{ has_zone(column) }} then try_cast(try_cast({{ iso_text(column) }} as timestamptz) as timestamp)
            else {{ in_utc('try_cast(' ~ iso_text(column) ~ ' as timestamp)', format.timezone) }}
        end
    )
{%- endmacro %}

{#
  Only the declared sign parts decimals: where it is a comma, "1.234" is a thousand or a typing error,
  and no number. A column that is no text (Parquet) has its own numbers, with a point.
#}
{% macro reads_as(column, table, pattern) -%}
    {%- set sign = var('formats')[table].decimal_sign -%}
    {%- set by_point = "regexp_full_match(" ~ text(column) ~ ", '" ~ pattern.replace('SIGN', '\\.') ~ "')" -%}
    {%- if sign == '.' -%}
        {{ by_point }}
    {%- else -%}
        (
            regexp_full_match({{ text(column) }}, '{{ pattern.replace('SIGN', sign) }}')
            or (typeof({{ column }}) <> 'VARCHAR' and {{ by_point }})
        )
    {%- endif -%}
{%- endmacro %}

{% macro with_point(column, table) -%}
    replace({{ text(column) }}, '{{ var('formats')[table].decimal_sign }}', '.')
{%- endmacro %}

{# Money and quantities are exact decimals; "NaN", "1e400" and "1_000" are no amounts. #}
{% macro as_decimal(column, table, type='decimal(18, 4)') -%}
    case
        when {{ reads_as(column, table, '[+-]?[0-9]+(SIGN[0-9]+)?([eE][+-]?[0-9]{1,2})?') }}
            then try_cast({{ with_point(column, table) }} as {{ type }})
    end
{%- endmacro %}

{% macro as_integer(column, table) -%}
    case
        when {{ reads_as(column, table, '[+-]?[0-9]+(SIGN0+)?') }}
            then try_cast(regexp_replace({{ with_point(column, table) }}, '\.0+$', '') as bigint)
    end
{%- endmacro %}

{% macro as_number(column, table) -%}
    case
        when {{ reads_as(column, table, '[+-]?[0-9]+(SIGN[0-9]+)?([eE][+-]?[0-9]{1,2})?') }}
            then try_cast({{ with_point(column, table) }} as double)
    end
{%- endmacro %}

{# Years before 1900 and from 2100 on are typing errors, whatever the clock says. #}
{% macro in_range(value) -%}
    case when {{ value }} >= date '1900-01-01' and {{ value }} < date '2100-01-01' then {{ value }} end
{%- endmacro %}

{# A rate of zero or less would turn money into nothing. #}
{% macro positive(value) -%}
    case when {{ value }} > 0 then {{ value }} end
{%- endmacro %}
