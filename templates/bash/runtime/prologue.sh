# Takes away what a caller's surroundings could change: posix mode, functions, aliases, splitting, search paths, locale.
set -o posix
IFS=$' \t\n'
unset -f builtin compgen unset command 2>/dev/null
for RBK_FN in $(compgen -A function); do unset -f "$RBK_FN"; done
set +o posix
set -u -o pipefail
set +e +f +m
unalias -a
unset BASH_ENV ENV CDPATH GLOBIGNORE TMOUT RBK_FN
umask 077
RBK_LOCALE=${LC_ALL-}
LC_ALL=C
