{#
  Kilometres between two relations with latitude and longitude in degrees, by haversine on the mean radius (IUGG),
  as rules measure them (models/segmentation/predicate_facts.py).
#}
{% macro distance_km(one, other) -%}
    2 * 6371.0088 * asin(least(1, sqrt(
        pow(sin(radians({{ one }}.latitude - {{ other }}.latitude) / 2), 2)
        + cos(radians({{ one }}.latitude)) * cos(radians({{ other }}.latitude))
        * pow(sin(radians({{ one }}.longitude - {{ other }}.longitude) / 2), 2)
    )))
{%- endmacro %}
