-- keys: talk duty
-- args: staff line most
-- One line between who holds the talk and who reads along; nobody else may write or read it (asides.lua).
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper', 'aside_seq')
if not fields[1] then
  return {'gone'}
end
if not fields[3] or (fields[2] ~= staff and (fields[3] ~= staff or lapsed(duty, staff))) then
  return {'notyours'}
end
local number = tonumber(fields[4] or 0) + 1
local by = fields[2] == staff and 'h' or 'p'
redis.call('HSET', talk, 'aside_seq', whole(number), 'aside' .. (number % most), whole(number) .. ' ' .. by .. ' ' .. line)
redis.call('PUBLISH', talk, 'l')
return {'done'}
