# TCP: LIMIT HOST:PORT. A refused connection is a no; no way of asking is no answer.
RBK_ADDRESS=''

rbk_tcp() {
  RBK_ADDRESS=$2
  rbk_sh "$1" rbk_tcp_job
  [ "$RBK_EXPIRED" = 0 ] || RBK_OK=0
  RBK_WHY="$2 $RBK_WHY"
}

rbk_tcp_job() {
  (exec 5<>"/dev/tcp/${RBK_ADDRESS%:*}/${RBK_ADDRESS##*:}") 2>/dev/null
}
