{# Phone numbers of which one may lack its country: "0701234567" beside "+46701234567". #}

{% macro national_number(phone_match) -%}
    {#- Its digits without a trunk zero; a number with a country keeps it. Null below seven digits. -#}
    nullif(regexp_extract({{ phone_match }}, '^[+0]*([0-9]{7,})$', 1), '')
{%- endmacro %}

{% macro may_be_the_same_phone(one, other) -%}
    {#- Seven equal digits at the end make it a hash join; then one must be the end of the other. -#}
    right({{ one }}.national_number, 7) = right({{ other }}.national_number, 7)
    and (
        ends_with({{ one }}.national_number, {{ other }}.national_number)
        or ends_with({{ other }}.national_number, {{ one }}.national_number)
    )
{%- endmacro %}
