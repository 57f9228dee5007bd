-- keys: talk
-- args: staff note
-- What its holder noted, sealed to the own device; empty deletes it.
local fields = redis.call('HMGET', talk, 'state', 'staff')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
if note == '' then
  redis.call('HDEL', talk, 'note', 'note_by')
else
  redis.call('HSET', talk, 'note', note, 'note_by', staff)
end
return {'done'}
