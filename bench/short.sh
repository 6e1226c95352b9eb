#!/usr/bin/env bash
# Every benchmark in a short form: that it runs, and its figures at a glance. docs/benchmarks.md has the long ones.
set -euo pipefail
cd "$(dirname "$0")/.."

node bench/cost/run.ts --seconds 1 --rounds 1 --pace saturated --contenders prober,exporter
node bench/cost/run.ts --seconds 3 --rounds 1 --pace 67 --interval 1 --kinds http --contenders kepil,exporter
node bench/schedule.ts 10000 2
node bench/accuracy.ts --outages 200
node bench/accuracy-live.ts --minutes 1 --interval 5 --targets 20 --group 20
node bench/journal.ts 1
node bench/replay-file.ts 100000
node bench/statements.ts 1000
node bench/metrics-scrape.ts --services 10000 --scrapes 1
node bench/scale/run.ts
node bench/startup.ts 2000
