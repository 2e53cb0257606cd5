/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the HCI commands by which a host advertises. */

#include <string.h>

#include "radio-advert-commands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* not in <bluetooth/hci.h> */
#define OCF_LE_SET_SET_ADDRESS 0x0035
#define OCF_LE_SET_SET_PARAMETERS 0x0036
#define OCF_LE_SET_SET_DATA 0x0037
#define OCF_LE_SET_SET_RESPONSE 0x0038
#define OCF_LE_SET_SETS_ENABLE 0x0039
#define OCF_LE_READ_MAX_ADVERT_LENGTH 0x003a
#define OCF_LE_READ_N_SETS 0x003b
#define OCF_LE_REMOVE_SET 0x003c
#define OCF_LE_CLEAR_SETS 0x003d
#define EVT_LE_SET_TERMINATED 0x12
#define HCI_ADVERTISING_TIMEOUT 0x3c
#define HCI_UNKNOWN_SET 0x42
#define OCF_LE_READ_TRANSMIT_POWER 0x004b
#define DURATION_UNIT (SECOND / 100)
/* the powers that it has, dBm */
#define POWER_MIN (-20)
#define POWER_MAX 8
#define POWER_ANY 127

/* properties of an extended set */
enum { CONNECTABLE = 0x01, SCANNABLE = 0x02, DIRECTED = 0x04 };
/* how a piece of data joins the others */
enum { INTERMEDIATE = 0, FIRST = 1, LAST = 2, WHOLE = 3, UNCHANGED = 4 };

typedef struct SetParameters {
	uint8_t handle;
	uint16_t properties;
	uint8_t interval_min[3], interval_max[3];
	uint8_t channels, own_type, peer_type;
	bdaddr_t peer;
	uint8_t filter, power, phy, skip, second_phy, sid, scans;
} __attribute__((packed)) SetParameters;

typedef struct SetEnable {
	uint8_t handle;
	uint16_t duration;
	uint8_t events;
} __attribute__((packed)) SetEnable;

static void answer(Controller *controller, const Command *command, uint8_t status)
{
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void set_enable(AdvertSet *set, uint64_t ends)
{
	if (!set->enabled)
		set->since = clock_now();
	set->enabled = true;
	set->ends = ends;
}

static void run_parameters(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const le_set_advertising_parameters_cp *wanted = (const void *)parameters;
	AdvertSet *set = &controller->advert.sets[0];

	if (set->enabled || wanted->advtype > 4) {
		answer(controller, command, set->enabled ? HCI_COMMAND_DISALLOWED : HCI_INVALID_PARAMETERS);
		return;
	}
	set->used = true;
	set->interval_min = btohs(wanted->min_interval);
	set->interval_max = btohs(wanted->max_interval);
	set->type = wanted->advtype == 4 ? 1 : wanted->advtype;
	set->own_type = wanted->own_bdaddr_type;
	answer(controller, command, 0);
}

static void run_random_address(Controller *controller, const Command *command, const uint8_t *parameters)
{
	memcpy(&controller->advert.random, parameters, sizeof(bdaddr_t));
	answer(controller, command, 0);
}

/* 31 bytes follow their length, whatever that is */
static void run_legacy_data(Controller *controller, const Command *command, const uint8_t *parameters)
{
	AdvertSet *set = &controller->advert.sets[0];
	AdvertData *data = command->opcode == LE(SET_ADVERTISING_DATA) ? &set->data : &set->response;

	if (parameters[0] > 31) {
		answer(controller, command, HCI_INVALID_PARAMETERS);
		return;
	}
	advert_settle(&controller->advert, set);
	data->length = parameters[0];
	memcpy(data->bytes, parameters + 1, data->length);
	answer(controller, command, 0);
}

static void run_enable(Controller *controller, const Command *command, const uint8_t *parameters)
{
	AdvertSet *set = &controller->advert.sets[0];

	if (parameters[0]) {
		set->random = controller->advert.random;
		set_enable(set, UINT64_MAX);
	} else {
		advert_disable(&controller->advert, set);
	}
	answer(controller, command, 0);
}

static AdvertSet *set_find(Advert *advert, uint8_t handle)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		if (advert->sets[i].used && advert->sets[i].handle == handle)
			return &advert->sets[i];
	return NULL;
}

/* The set with that handle, or a free one that gets it. NULL: there are no more. */
static AdvertSet *set_get(Advert *advert, uint8_t handle)
{
	AdvertSet *set = set_find(advert, handle);

	for (size_t i = 0; !set && i < advert->n_sets; i++)
		if (!advert->sets[i].used)
			set = &advert->sets[i];
	if (set) {
		set->used = set->extended = true;
		set->handle = handle;
	}
	return set;
}

static uint32_t le24(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

static uint8_t properties_type(uint16_t properties)
{
	if (properties & DIRECTED)
		return 1;
	if (properties & CONNECTABLE)
		return 0;
	return properties & SCANNABLE ? 2 : 3;
}

/* The greatest even one that is not more than what is wanted. */
static int8_t choose_power(int8_t wanted)
{
	if (wanted == POWER_ANY)
		return 0;
	if (wanted < POWER_MIN)
		return POWER_MIN;
	return wanted > POWER_MAX ? POWER_MAX : (int8_t)(wanted - (wanted & 1));
}

static void run_read_power(Controller *controller, const Command *command, const uint8_t *parameters)
{
	uint8_t result[3] = { 0, (uint8_t)POWER_MIN, POWER_MAX };

	(void)parameters;
	command_complete(controller, command->opcode, result, sizeof(result));
}

static void run_set_parameters(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const SetParameters *wanted = (const void *)parameters;
	AdvertSet *set = set_get(&controller->advert, wanted->handle);
	uint8_t result[2] = { 0, 0 /* dBm */ };

	if (!set) {
		result[0] = HCI_MEMORY_FULL;
	} else if (set->enabled) {
		result[0] = HCI_COMMAND_DISALLOWED;
	} else {
		set->type = properties_type(btohs(wanted->properties));
		set->own_type = wanted->own_type;
		set->interval_min = le24(wanted->interval_min);
		set->interval_max = le24(wanted->interval_max);
		result[1] = (uint8_t)choose_power((int8_t)wanted->power);
	}
	command_complete(controller, command->opcode, result, sizeof(result));
}

static void run_set_address(Controller *controller, const Command *command, const uint8_t *parameters)
{
	AdvertSet *set = set_find(&controller->advert, parameters[0]);

	if (set)
		memcpy(&set->random, parameters + 1, sizeof(bdaddr_t));
	answer(controller, command, set ? 0 : HCI_UNKNOWN_SET);
}

/* handle, operation, fragment preference, length, data */
static uint8_t set_data(Controller *controller, AdvertSet *set, AdvertData *data, const uint8_t *parameters)
{
	uint8_t operation = parameters[1], length = parameters[3];

	if (operation == UNCHANGED)
		return 0;
	if (operation > UNCHANGED)
		return HCI_INVALID_PARAMETERS;
	advert_settle(&controller->advert, set);
	if (operation == WHOLE || operation == FIRST)
		data->length = 0;
	if (length > ADVERT_DATA_MAX - data->length)
		return HCI_MEMORY_FULL;
	memcpy(data->bytes + data->length, parameters + 4, length);
	data->length = (uint8_t)(data->length + length);
	return 0;
}

static void run_set_data(Controller *controller, const Command *command, const uint8_t *parameters)
{
	AdvertSet *set = set_find(&controller->advert, parameters[0]);
	uint8_t status = HCI_UNKNOWN_SET;

	if (set)
		status = set_data(controller, set,
				  command->opcode == LE(SET_SET_DATA) ? &set->data : &set->response,
				  parameters);
	answer(controller, command, status);
}

static void run_sets_enable(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const SetEnable *wanted = (const void *)(parameters + 2);
	Advert *advert = &controller->advert;
	bool enable = parameters[0];
	size_t n = parameters[1];
	AdvertSet *set;

	for (size_t i = 0; i < n; i++)
		if (!set_find(advert, wanted[i].handle)) {
			answer(controller, command, HCI_UNKNOWN_SET);
			return;
		}
	for (size_t i = 0; i < n; i++) {
		uint16_t duration = btohs(wanted[i].duration);

		set = set_find(advert, wanted[i].handle);
		if (enable)
			set_enable(set, duration ? clock_now() + duration * DURATION_UNIT : UINT64_MAX);
		else
			advert_disable(advert, set);
	}
	for (size_t i = 0; n == 0 && !enable && i < ADVERT_SETS_MAX; i++)
		advert_disable(advert, &advert->sets[i]);
	answer(controller, command, n == 0 && enable ? HCI_INVALID_PARAMETERS : 0);
}

static void run_max_length(Controller *controller, const Command *command, const uint8_t *parameters)
{
	uint8_t result[3] = { 0, ADVERT_DATA_MAX, 0 };

	(void)parameters;
	command_complete(controller, command->opcode, result, sizeof(result));
}

static void run_n_sets(Controller *controller, const Command *command, const uint8_t *parameters)
{
	uint8_t result[2] = { 0, controller->advert.n_sets };

	(void)parameters;
	command_complete(controller, command->opcode, result, sizeof(result));
}

static void run_remove_set(Controller *controller, const Command *command, const uint8_t *parameters)
{
	AdvertSet *set = set_find(&controller->advert, parameters[0]);
	uint8_t status = HCI_UNKNOWN_SET;

	if (set)
		status = set->enabled ? HCI_COMMAND_DISALLOWED : 0;
	if (!status)
		*set = (AdvertSet){ .used = false };
	answer(controller, command, status);
}

static void run_clear_sets(Controller *controller, const Command *command, const uint8_t *parameters)
{
	bool on = advert_is_on(&controller->advert);

	(void)parameters;
	if (!on)
		advert_clear(&controller->advert);
	answer(controller, command, on ? HCI_COMMAND_DISALLOWED : 0);
}

void advert_terminated(Controller *controller, const AdvertSet *set, uint8_t status, uint16_t link)
{
	struct {
		uint8_t status, handle;
		uint16_t link;
		uint8_t events;
	} __attribute__((packed)) terminated = { status, set->handle, htobs(link), 0 };

	if (set->extended)
		le_event_send(controller, EVT_LE_SET_TERMINATED, &terminated, sizeof(terminated));
}

uint64_t advert_run(Controller *controller, uint64_t now)
{
	Advert *advert = &controller->advert;
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < ADVERT_SETS_MAX; i++) {
		AdvertSet *set = &advert->sets[i];

		if (!set->enabled)
			continue;
		if (set->ends <= now) {
			advert_disable(advert, set);
			advert_terminated(controller, set, HCI_ADVERTISING_TIMEOUT, 0);
		} else if (set->ends < next) {
			next = set->ends;
		}
	}
	return next;
}

const Command advert_commands[] = {
	{ LE(SET_RANDOM_ADDRESS), 25, 4, 6, run_random_address },
	{ LE(SET_ADVERTISING_PARAMETERS), 25, 5, 15, run_parameters },
	{ LE(SET_ADVERTISING_DATA), 25, 7, 32, run_legacy_data },
	{ LE(SET_SCAN_RESPONSE_DATA), 26, 0, 32, run_legacy_data },
	{ LE(SET_ADVERTISE_ENABLE), 26, 1, 1, run_enable },
};

const size_t n_advert_commands = COUNT(advert_commands);

const Command advert_set_commands[] = {
	{ LE(SET_SET_ADDRESS), 36, 1, 7, run_set_address },
	{ LE(SET_SET_PARAMETERS), 36, 2, 25, run_set_parameters },
	{ LE(SET_SET_DATA), 36, 3, 4, run_set_data },
	{ LE(SET_SET_RESPONSE), 36, 4, 4, run_set_data },
	{ LE(SET_SETS_ENABLE), 36, 5, 2, run_sets_enable },
	{ LE(READ_MAX_ADVERT_LENGTH), 36, 6, 0, run_max_length },
	{ LE(READ_N_SETS), 36, 7, 0, run_n_sets },
	{ LE(REMOVE_SET), 37, 0, 1, run_remove_set },
	{ LE(CLEAR_SETS), 37, 1, 0, run_clear_sets },
	{ LE(READ_TRANSMIT_POWER), 38, 7, 0, run_read_power },
};

const size_t n_advert_set_commands = COUNT(advert_set_commands);
