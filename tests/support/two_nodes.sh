#!/usr/bin/env bash
# Run a command beside a Slurm of two nodes on this host: two_nodes.sh FOLDER COMMAND...
#
# Needs root, and Debian's slurm-wlm and munge. The daemons live in namespaces of their own, where FOLDER/etc stands in
# for /etc/slurm: the jobs' srun finds its configuration there only. Whatever ends this script, kill -9 as well, ends
# the daemons and the jobs. FOLDER/jobs.txt tells of every job afterwards, FOLDER/log of the daemons.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
    exec setpriv --pdeathsig KILL unshare --mount --pid --mount-proc --fork --kill-child "$0" --inside "$@"
fi
folder=$2
shift 2
mkdir -p "$folder"/{etc,log,state,spool,munge}
chmod 700 "$folder/munge"
head -c 128 /dev/urandom >"$folder/munge/key"
chmod 400 "$folder/munge/key"

host=${HOSTNAME%%.*}
read -r controller first second < <(python3 - <<'PORTS'
import socket

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(opened.getsockname()[1] for opened in sockets))
PORTS
)
cat >"$folder/etc/slurm.conf" <<CONF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=bf_interval=1,sched_min_interval=100000
MinJobAge=3600
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=2 RealMemory=8000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
mount --bind "$folder/etc" /etc/slurm

munged --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" --pid-file="$folder/munge/pid" \
    --seed-file="$folder/munge/seed" --log-file="$folder/log/munged.log"
slurmctld -c
slurmd -N n1
slurmd -N n2
both_idle() { [[ $(timeout 2 sinfo --noheader --states=idle --format=%D 2>/dev/null) == 2 ]]; }
for _ in {1..20}; do
    both_idle && break
    sleep 0.5
done
if ! both_idle; then
    tail --lines 5 "$folder"/log/* >&2
    exit 1
fi

status=0
"$@" || status=$?
scontrol --oneliner show jobs >"$folder/jobs.txt" || true
exit $status
