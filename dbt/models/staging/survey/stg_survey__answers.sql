{{ newest_version(ref('stg_survey__answers_versions'), ['response_id', 'question_code']) }}
