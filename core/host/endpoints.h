/* SPDX-License-Identifier: Apache-2.0 */
/* What the host answers itself, outside FHIR: health, metrics, the landing page and the operator API. */
#pragma once

#include <core/host/request/request_private.h>

enum hs_verdict hs__health_live(struct hs_request *req);
enum hs_verdict hs__health_ready(struct hs_request *req);
enum hs_verdict hs__metrics_page(struct hs_request *req);
enum hs_verdict hs__landing_page(struct hs_request *req);

/* operator/token.c: reads or makes DATA/operator.token (mode 0600). */
enum hs_status hs__operator_token(struct hs_host *host, struct hs_error *err);
bool hs__operator_allowed(const struct hs_request *req);
/* operator/operator.c: everything under /operator/; req->path is what follows. */
enum hs_verdict hs__operator_serve(struct hs_request *req);
/* request/work.c: runs `work` on the control thread, which may wait, then `after` on the loop. */
enum hs_verdict hs__control(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after);
