{# I10: nobody without consent, with an objection, or outside the segment. #}
{% test all_consented(model) %}
    select rows.customer_id
    from {{ model }} as rows
    left join {{ ref('customer_consents') }} as consents using (customer_id)
    left join {{ source('segments', 'customer_segments') }} as members
        on members.customer_id = rows.customer_id and members.segment_id = rows.segment_id
    where not coalesce(consents.may_email, false) or coalesce(consents.has_objected, true) or members.customer_id is null
{% endtest %}
