-- keys: talk up down room held duty free full pace shut urgent back
-- args: id waiting_silence silence
local fields = redis.call('HMGET', talk, 'state', 'staff', 'away', 'joined', 'why', 'helper', 'claims', 'urgent', 'lost')
local state, staff, away, joined = fields[1], fields[2], fields[3], fields[4]
if not state then
  return {'gone'}
end
if state == 'guided' then
  return {'guided', fields[5]}
end
if state == 'taken' and lapsed(duty, staff) then
  give_back(id, talk, room, held, full, urgent, back, staff)
  state = 'waiting'
end
if state == 'taken' and fields[6] and lapsed(duty, fields[6]) then
  end_help(talk, room)
end
local time, claims = now(), tonumber(fields[7] or 0)
local deadline = math.floor(time / 1000) + (state == 'waiting' and waiting_silence or silence) * 1000
for _, key in ipairs({talk, up, down}) do
  redis.call('PEXPIREAT', key, whole(deadline))
end
if away then
  redis.call('HDEL', talk, 'away')
  redis.call('PUBLISH', up, 'c')
end
if state == 'waiting' then
  outlive(room, deadline)
  if fields[8] then
    outlive(urgent, deadline)
  end
  if fields[9] and fields[9] ~= '' then
    outlive(back, deadline)
  end
  -- Counted by time of joining and not by ZRANK: a rank would tell, letter by letter, which ids the others have.
  local before = redis.call('ZCOUNT', room, '-inf', '(' .. joined)
  return {'waiting', before + 1, math.floor((time - joined) / 1000000),
    outlook(duty, free, full, held, pace, shut), claims}
end
outlive(held, deadline)
local shown = redis.call('HMGET', talk, 'name', 'up_seq', 'up_heard', 'down_seq', 'epoch', 'device', 'muted', 'holding')
local numbers = {tonumber(shown[2]), tonumber(shown[3]), tonumber(shown[4]), tonumber(shown[5] or 0),
  claims, claim_mark(shown[8])}
local ask = redis.call('HMGET', talk, 'ask', 'ask_kind', 'ask_name', 'ask_stage', 'ask_until')
local asked = ask[4] == 'visitor' and tonumber(ask[5]) > time and {tonumber(ask[1]), ask[2], ask[3]} or {}
local help = redis.call('HMGET', talk, 'helper_name', 'helper_device')
return {'taken', shown[1], numbers, shown[6] or '', shown[7] and 1 or 0, asked, help[1] and help or {}}
