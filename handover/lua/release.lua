-- keys: talk room held full urgent back
-- args: id staff
local fields = redis.call('HMGET', talk, 'state', 'staff')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
give_back(id, talk, room, held, full, urgent, back, '')
return {'done'}
