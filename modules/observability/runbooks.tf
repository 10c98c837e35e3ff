# What goes out with a page. Whoever reads it was asleep a minute ago: each step
# says what to look at, what it means, and what to type. One policy's
# documentation holds at most 8,192 characters.

locals {
  links = {
    for key in keys(local.builtin_runbooks) : key => concat(
      var.runbook_base_url == null ? [] : [{
        display_name = "Runbook"
        url          = "${var.runbook_base_url}/${replace(key, "_", "-")}"
      }],
      var.runbook_links,
    )
  }

  runbooks = {
    for key, steps in local.builtin_runbooks : key => {
      for step, text in steps : step => try(coalesce(var.runbooks[key][step]), trimspace(text))
    }
  }

  builtin_runbooks = {
    error_rate = {
      detection   = <<-EOT
        More than ${local.percent.error_rate} % of requests to ${var.environment} were answered with an error over the window. Confirm it before you wake anybody else:

        - Metrics Explorer, PromQL: `sum by (namespace, handler) (rate(http_requests_total{status=~"5.."}[5m]))` shows which tenant and route.
        - `kubectl get events -A --sort-by=.lastTimestamp | tail -40` shows crash loops, evictions and failed probes.
        - One request through the public address: if it succeeds, the fault is partial.
      EOT
      triage      = <<-EOT
        Decide within ten minutes how wide it is:

        1. **Every tenant**: the shared path. Look at the ingress, Cloud SQL, and the last rollout.
        2. **One tenant**: its namespace, quota and secrets. `kubectl -n TENANT get pods,resourcequota,events`.
        3. **One route**: the service's own logs. `resource.type="k8s_container" severity>=ERROR` by `trace`.

        Then look for what changed: `kubectl -n NAMESPACE rollout history deployment/NAME`, the delivery pipeline's releases, and Admin Activity audit logs of the last hour. An error budget that burns in step with a rollout is that rollout.
      EOT
      mitigation  = <<-EOT
        Stop the harm first, understand later:

        - A rollout of the last hour: `kubectl -n NAMESPACE rollout undo deployment/NAME`, and hold the pipeline.
        - Overload: raise `maxReplicas` of the autoscaler, or shed Pack executions by scaling their workers to zero; the queue keeps them.
        - A dependency is down: switch the feature flag of that suite off, so that the rest of the platform answers.
        - A node pool is bad: `kubectl cordon` its nodes and let the pods move.

        Post in the incident channel what you did and when. If nothing helps within 30 minutes, page the second line.
      EOT
      resolution  = <<-EOT
        The incident is over when the share of errors has been under half the threshold for 30 minutes, and every change made by hand is undone or committed.

        - Fix forward through the pipeline; nothing stays patched by hand.
        - Replay the Pack executions that failed meanwhile, and check their evidence for gaps.
        - Tell the tenants concerned, with the times in UTC.
      EOT
      post_mortem = <<-EOT
        Within two working days, blameless, in the incident archive: the timeline in UTC, how many requests of which tenants failed, how it was found (this alert, or a customer first?), why the tests and the canary let it pass, and at most five actions with an owner and a date. An alert that fired late is one of them.
      EOT
    }

    latency = {
      detection   = <<-EOT
        More than ${local.percent.latency_beyond} % of requests to ${var.environment} took longer than ${var.thresholds.latency_ms} ms over the window. See where:

        - Metrics Explorer, PromQL: `sum by (namespace, handler) (rate(http_request_duration_seconds_count[5m])) - sum by (namespace, handler) (rate(http_request_duration_seconds_bucket{le="1.0"}[5m]))` counts the slow ones.
        - Cloud Trace, latency above the threshold, the last 30 minutes: which span is long?
      EOT
      triage      = <<-EOT
        The long span says where to look:

        1. **The database**: Query Insights for the instance, sorted by total time; waits on locks; connections near their limit (its own alert).
        2. **CPU**: `kubectl top pods -A --sort-by=cpu`; throttling shows as `container/cpu/limit_utilization` near 1.
        3. **Vertex AI**: the endpoint's own latency and 429 counts. Inference is slow by nature; look whether it is slower than last week.
        4. **Waiting**: requests in the queue of the workers while CPU is idle means that there are too few workers.

        One tenant alone: look for a large import or a Pack over all of its controls.
      EOT
      mitigation  = <<-EOT
        - Scale out: `kubectl -n NAMESPACE scale deployment/NAME --replicas=N`; the autoscaler's minimum holds it there.
        - Move Pack executions and exports to the night queue; both can wait, people can't.
        - Cancel a query that blocks others: `SELECT pg_cancel_backend(PID)`; `pg_terminate_backend` only after that failed.
        - Undo the last rollout when the slope begins with it.
      EOT
      resolution  = <<-EOT
        The incident is over when the quantile has been under the threshold for one hour at normal load.

        - Put the missing index, limit or cache in through the pipeline.
        - Return replicas and queues to what the configuration says.
        - Compare a trace of the same request before and after.
      EOT
      post_mortem = <<-EOT
        Within five working days: the share of requests and tenants that were slow, the span that caused it, whether load or a change brought it about, and whether the limits that were set would have held without help. Add a load test for the case when none covers it.
      EOT
    }

    db_connections = {
      detection   = <<-EOT
        More than ${local.percent.db_connections} % of the database connections of ${var.environment} are in use. At 100 % every new request fails, so there is little time.

        - By service: `sum by (namespace, pod) (db_pool_connections)` against `db_pool_connections_max`.
        - By state: `SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;`
      EOT
      triage      = <<-EOT
        1. **Many `idle in transaction`**: code that holds a transaction open while it waits for something else. Note `application_name` and the oldest `xact_start`.
        2. **Many `active` on one query**: a slow query or a lock. `SELECT pid, wait_event_type, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE state = 'active';`
        3. **Many `idle`**: more pods times pool size than the instance allows, mostly after a scale-out.
        4. **One tenant**: an import or export without a limit.
      EOT
      mitigation  = <<-EOT
        - End what is stuck: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND xact_start < now() - interval '5 minutes';`
        - Scale the batch workers down before the API: `kubectl -n NAMESPACE scale deployment/pack-worker --replicas=1`.
        - Restart the service whose pool leaks, one pod at a time: `kubectl -n NAMESPACE rollout restart deployment/NAME`.
        - Do not raise `max_connections` in the incident: it restarts the instance, and takes memory from the caches.
      EOT
      resolution  = <<-EOT
        The incident is over when the share has been under half of the threshold for 30 minutes.

        - Pods times pool size, over all services, has to stay below `max_connections` less the reserve for operators: correct the pool sizes or the autoscaler's maximum.
        - Set `idle_in_transaction_session_timeout` for the service's role where it is missing.
        - After a change of the instance's flag, change `max_connections` in this module as well: no metric tells it.
      EOT
      post_mortem = <<-EOT
        Within five working days: which service took the connections and why nothing bounded it, what failed for whom, and the sum of all pools against the instance's limit, before and after.
      EOT
    }

    compliance_checks = {
      detection   = <<-EOT
        Compliance checks failed in ${var.environment}. A failed check may be a control that no longer holds, and an auditor's clock may have started.

        - `sum by (namespace, result) (increase(compliance_checks_total{result!="pass"}[15m]))` shows which tenant and with which result.
        - `error` means that the check could not run; `fail` means that it ran, and the control does not hold.
      EOT
      triage      = <<-EOT
        1. **`error` for all tenants**: the runner. Look at its logs, its service account's permissions, and whether an API was switched off.
        2. **`fail` for all tenants**: a change to the platform. Compare the last apply of the environment with the control that fails.
        3. **One tenant**: its configuration. Compare the Pack's version with the last one that passed.

        Establish whether data was exposed. If it may have been, this is a security incident: call the security officer now, and keep every log.
      EOT
      mitigation  = <<-EOT
        - Restore the control first: `terraform plan` on the environment shows drift, `terraform apply` undoes it. A change made by hand is undone, whoever made it.
        - A Pack that is wrong: pin the version that passed before, and mark the results since as void, never delete them.
        - A runner without permission: give back what was taken away; do not widen its role.
        - Do not silence the check. Set `enabled = false` only with the security officer's consent, in a commit.
      EOT
      resolution  = <<-EOT
        The incident is over when the check passes twice in a row for every tenant concerned.

        - Run the Pack again for the whole time in question, so that the evidence has no gap.
        - Attach the failing and the passing results to the control's record.
        - Tell the tenants concerned what did not hold, from when until when, in UTC.
      EOT
      post_mortem = <<-EOT
        Within two working days, with the security officer: which control failed from when until when, what was exposed, who was told and when, which duties to report apply, and what keeps the same change from passing review again. It is evidence in the next audit: write it so.
      EOT
    }
  }
}
