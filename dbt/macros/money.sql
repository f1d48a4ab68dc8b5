{# Joins the newest rate on or before a day; a currency without one keeps its original, amount_eur null. #}
{% macro join_rates(currency, day) -%}
    asof left join {{ ref('stg_reference__fx_rates') }} as rates
        on {{ currency }} = rates.currency and {{ day }} >= rates.valid_from_on
{%- endmacro %}

{# EUR is 1 without a rate row. The product of both widths is 38 digits, the widest decimal there is. #}
{% macro in_eur(amount, currency) -%}
    try_cast(
        case
            when {{ currency }} = 'EUR' then try_cast({{ amount }} as decimal(38, 12))
            else try_cast({{ amount }} as decimal(20, 4)) * rates.eur_per_unit
        end as decimal(18, 4)
    )
{%- endmacro %}

{% macro no_rate(amount, currency, column) -%}
    case
        when {{ amount }} is not null and {{ currency }} is distinct from 'EUR' and rates.eur_per_unit is null
            then '{{ column }}:W_NO_RATE'
    end
{%- endmacro %}
