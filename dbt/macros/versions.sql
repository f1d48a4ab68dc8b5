{# Where a row came from, carried through staging. #}
{% macro origin_columns() -%}
    source._file_id, source._record_no, source._delivery_no, source._row_hash,
    source._deleted_by is not null as _is_deleted
{%- endmacro %}

{# The first moment that this run does not count. #}
{% macro end_of_as_of() -%}
    (select as_of + interval 1 day from {{ source('raw', 'as_of') }})
{%- endmacro %}

{#
  The newest row per key up to the as-of day: newest change, if the source says when a row changed (its
  `updated`), then newest delivery, then row hash. A key that the newest snapshot lacked is left out.
  The raw stage finds duplicates by the same order (defs/raw/duplicates.py).
#}
{% macro newest_version(table, key) -%}
    select * exclude (_delivery_no, _row_hash, _is_deleted)
    from {{ ref('stg_' ~ table ~ '_versions') }}
    where (valid_from is null or valid_from < {{ end_of_as_of() }}) and not _is_deleted
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {% if var('formats')[table].has_updated %}valid_from desc nulls last, {% endif -%}
            _delivery_no desc, _row_hash desc
    ) = 1
{%- endmacro %}

{#
  Every version per key up to the as-of day, with the days [holds_from, holds_to) on which it was the newest; of
  several that began at one time the newest delivered. What is first known of a key has held since `begin`, a day;
  null is ever. Where the source does not say when a row changed, the newest version has held throughout.
#}
{% macro version_periods(table, key, begin) -%}
    {%- set keys = key | join(', ') -%}
    select
        * exclude (_delivery_no, _row_hash, _is_deleted),
        case
            when row_number() over versions = 1 then coalesce({{ begin }}, date '-infinity')
            else cast(valid_from as date)
        end as holds_from,
        cast(lead(valid_from) over versions as date) as holds_to
    from (
        select *
        from {{ ref('stg_' ~ table ~ '_versions') }}
        where (valid_from is null or valid_from < {{ end_of_as_of() }}) and not _is_deleted
        qualify row_number() over (
            partition by {{ keys }}{{ ', valid_from' if var('formats')[table].has_updated }}
            order by _delivery_no desc, _row_hash desc
        ) = 1
    ) as dated
    window versions as (partition by {{ keys }} order by valid_from nulls first)
{%- endmacro %}
