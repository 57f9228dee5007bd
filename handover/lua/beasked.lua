-- keys: asked
-- args: staff row
-- An empty row: this staff member is not asked for. What is written here says nothing while its writer is not on duty.
if row == '' then
  redis.call('HDEL', asked, staff)
else
  redis.call('HSET', asked, staff, row)
  redis.call('PEXPIRE', asked, 86400000)
end
return {'done'}
