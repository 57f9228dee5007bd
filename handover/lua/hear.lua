-- keys: talk log
-- args: staff after
-- `staff` is empty for the visitor, who reads only what staff said.
local fields = redis.call('HMGET', talk, 'state', 'staff')
if not fields[1] then
  return {'gone'}
end
if staff ~= '' and fields[2] ~= staff then
  return {'notyours'}
end
return {'messages', redis.call('XRANGE', log, '(' .. after .. '-0', '+')}
