-- keys: talk duty
-- args: staff line
-- One line between who holds the talk and who reads along; nobody else may write or read it (asides.lua).
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper', 'aside_seq')
if not fields[1] then
  return {'gone'}
end
if not is_of_the_two(fields[2], fields[3], duty, staff) then
  return {'notyours'}
end
local number = tonumber(fields[4] or 0) + 1
local by = fields[2] == staff and 'h' or 'p'
redis.call('HSET', talk, 'aside_seq', whole(number), 'aside' .. (number % ASIDES), whole(number) .. ' ' .. by .. ' ' .. line)
redis.call('PUBLISH', talk, 'l')
return {'done'}
