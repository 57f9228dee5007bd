-- keys: line
-- args: text seconds
if text == '' then
  redis.call('DEL', line)
else
  redis.call('SET', line, text, 'EX', seconds)
end
return {'done'}
