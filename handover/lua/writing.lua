-- keys: talk log
-- args: staff
-- Only told, never kept: who does not listen at this moment has missed nothing. A muted visitor tells nobody anything.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'muted')
if not fields[1] then
  return {'gone'}
end
if staff ~= '' and fields[2] ~= staff then
  return {'notyours'}
end
if staff ~= '' or (fields[2] and not fields[3]) then
  redis.call('PUBLISH', log, 'y')
end
return {'done'}
