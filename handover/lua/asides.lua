-- keys: talk duty
-- args: staff
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper', 'aside_seq', 'device', 'helper_device')
if not fields[1] then
  return {'gone'}
end
if not is_of_the_two(fields[2], fields[3], duty, staff) then
  return {'notyours'}
end
local last, lines = tonumber(fields[4] or 0), {}
for number = math.max(1, last - ASIDES + 1), last do
  lines[#lines + 1] = redis.call('HGET', talk, 'aside' .. (number % ASIDES))
end
return {'asides', fields[5] or '', fields[6], lines}
