-- keys: talk room duty
-- args: staff name
-- A colleague comes: one line each, `<staff> <name>`.
local MOST = 8 -- so many are enough, and the field stays small
local fields = redis.call('HMGET', talk, 'state', 'call_until', 'call_by', 'call_coming')
if not fields[1] or tonumber(fields[2] or 0) <= now() or fields[3] == staff then
  return {'gone'}
end
if lapsed(duty, staff) then
  return {'notonduty'}
end
local coming = fields[4] or ''
local _, lines = coming:gsub('\n', '')
if not ('\n' .. coming):find('\n' .. staff .. ' ', 1, true) and lines < MOST then
  redis.call('HSET', talk, 'call_coming', coming .. staff .. ' ' .. name .. '\n')
  redis.call('PUBLISH', room, 'x')
end
return {'done'}
