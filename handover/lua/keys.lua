-- keys: talk
-- args: staff
local fields = redis.call('HMGET', talk, 'state', 'staff', 'epoch')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local wrapped = {}
for epoch = 1, tonumber(fields[3] or 0) do
  local kept = redis.call('HGET', talk, 'wrap' .. whole(epoch))
  if kept then
    wrapped[#wrapped + 1] = {epoch, kept}
  end
end
return {'keys', tonumber(fields[3] or 0), wrapped}
