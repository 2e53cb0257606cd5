/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central pairs with us, and encrypts the link. */
#pragma once

#include "central-server.h"

/* central_finish_secure gets the outcome. A bond that is good enough is used. */
void smp_secure(Central *central, bool by_passkey, uint32_t passkey);
/* Somebody has typed there what we show. False: nobody waits for it. */
bool smp_type(Central *central, uint32_t passkey);
/* The link is gone. */
void smp_stop(Central *central);
