-- keys: talk duty
-- args: staff most
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper', 'aside_seq', 'device', 'helper_device')
if not fields[1] then
  return {'gone'}
end
if not fields[3] or (fields[2] ~= staff and (fields[3] ~= staff or lapsed(duty, staff))) then
  return {'notyours'}
end
local last, lines = tonumber(fields[4] or 0), {}
for number = math.max(1, last - most + 1), last do
  lines[#lines + 1] = redis.call('HGET', talk, 'aside' .. (number % most))
end
return {'asides', fields[5] or '', fields[6], lines}
