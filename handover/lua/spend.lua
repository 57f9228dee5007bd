-- keys: spent
-- args: nonce seconds most
-- Once, in whichever process: whoever spends it a second time within `seconds` is told. Beyond `most` entries those that
-- end soonest are forgotten first: to get there, more works were done than a replay could save.
local time = now()
redis.call('ZREMRANGEBYSCORE', spent, '-inf', whole(time))
local fresh = redis.call('ZADD', spent, 'NX', whole(time + seconds * 1000000), nonce)
redis.call('ZREMRANGEBYRANK', spent, 0, -1 - most)
redis.call('PEXPIRE', spent, whole(seconds * 1000))
return {fresh}
