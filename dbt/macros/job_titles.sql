{#
  Whether a job title is that of somebody who decides, in English and the Nordic languages: managing directors, chiefs,
  heads, managers and owners. A title that only holds such a word inside another ("overhead") does not count, nor do
  those who lead projects.
#}
{% macro is_decision_maker(title) -%}
    coalesce(regexp_matches(
        lower({{ title }}),
        '(^|[^a-zåäöæø])(ceo|cto|cfo|cio|cmo|coo|chief|director|head of|manager|owner|founder|partner|president|'
        || 'vd|verkställande|ägare|grundare|ordförande|indehaver|ejer|stifter|leder|eier|gründer|'
        || 'omistaja|perustaja)($|[^a-zåäöæø])'
        || '|(chef|direktör|direktør|johtaja|päällikkö|sjef)($|[^a-zåäöæø])'
    ) and not regexp_matches(lower({{ title }}), 'pros?je[ck]t|projekti'), false)
{%- endmacro %}
