# What people write in a shell: curl for each line, some at once. No record, no retry, no check.
tail -n +2 "$1" | tr ',' '\n' | xargs -d '\n' -n 2 -P "$2" sh -c '
  curl -sS -o /dev/null -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" --data-urlencode "To=$0" -d From=+14165550199 \
    --data-urlencode "Body=Hi $1" "$BENCH_URL/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/Messages.json"'
