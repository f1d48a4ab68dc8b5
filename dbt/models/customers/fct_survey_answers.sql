-- What customers said about themselves, question by question; the newest answer is what counts on a day.
with
answers as (
    select
        identities.customer_id,
        answers.question_code,
        answers.answer,
        cast(answers.answered_at as date) as answered_on,
        answers.response_id
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ source('identity', 'customer_identities') }} as identities
        on identities.record_id = 'survey:' || answers.response_id
    cross join {{ source('raw', 'as_of') }} as today
    where answers.answer is not null and cast(answers.answered_at as date) <= today.as_of
)

select
    *,
    lead(answered_on) over (
        partition by customer_id, question_code order by answered_on, response_id
    ) as superseded_on
from answers
