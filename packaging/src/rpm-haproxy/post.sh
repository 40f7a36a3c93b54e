if [ "$1" -eq 1 ]; then systemctl --no-reload preset haproxy.service >/dev/null 2>&1 || :; fi
install -d -o haproxy -g haproxy -m 2775 /run/haproxy || :
systemctl daemon-reload >/dev/null 2>&1 || :
exit 0
