/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that pair with us. */
#include "core/client-pairing.h"

#include "core/local.h"
#include "core/client.h"
#include "core/peripheral.h"
#include "core/radio.h"
#include "core/session.h"

/* How many different pins the sessions that serve here have (exact up to 1); *ret_pin: the last of them. */
static unsigned count_pins(const Peripheral *peripheral, uint32_t *ret_pin)
{
	const LocalService *service;
	unsigned n = 0;
	uint32_t pin = 0;

	for (guint i = 0; (service = local_service_offered(peripheral, &i));) {
		const InitOptions *options = &service->session->options;

		if (!options->pin_set || (n > 0 && options->pin == pin))
			continue;
		pin = options->pin;
		n++;
	}
	*ret_pin = pin;
	return n;
}

/* Whether an attribute here wants an authenticated key (one that keeps impostors out). */
static bool wants_authentication(const Peripheral *peripheral)
{
	const uint32_t permissions =
		PERM_READ_ENCRYPTED_MITM | PERM_WRITE_ENCRYPTED_MITM | PERM_WRITE_SIGNED_MITM;
	const LocalService *service;

	for (guint i = 0; (service = local_service_offered(peripheral, &i));) {
		for (guint a = 0; a < service->attrs->len; a++)
			if (((const LocalAttr *)g_ptr_array_index(service->attrs, a))->permissions &
			    permissions)
				return true;
	}
	return false;
}

bool client_may_pair(const Radio *radio, const Addr *addr, PairingKind kind, uint32_t *ret_passkey)
{
	const Peripheral *peripheral = radio->peripheral;
	unsigned pins;
	uint32_t pin;
	guint first = 0;

	if (!client_find(peripheral, addr) || !local_service_offered(peripheral, &first))
		return false;
	pins = count_pins(peripheral, &pin);
	switch (kind) {
	case PAIRING_JUST_WORKS:
		return radio->broker->config.just_works;
	case PAIRING_CONFIRM:
		/* nobody compares the numbers, but BlueZ takes the key for an authenticated one */
		return radio->broker->config.just_works && !wants_authentication(peripheral);
	case PAIRING_ENTER:
		if (pins != 1)
			return false;
		*ret_passkey = pin;
		return true;
	case PAIRING_DISPLAY:
		return pins > 0;
	}
	return false;
}
