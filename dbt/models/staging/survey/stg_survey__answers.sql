{{ newest_version('survey__answers', ['response_id', 'question_code']) }}
