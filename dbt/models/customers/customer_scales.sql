-- What persons answered to psychographic scales: the newest answer from 1 to 5 of each.
select
    customer_id,
    substr(question_code, 5) as scale,
    cast(try_cast(answer as double) as integer) as value
from {{ ref('fct_survey_answers') }}
where
    superseded_on is null
    and question_code like 'PSY\_%_' escape '\'
    and try_cast(answer as double) in (1, 2, 3, 4, 5)
