/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our org.bluez.Agent1. */
#include "bluez/agent.h"

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/bond.h"
#include "bluez/device.h"
#include "bluez/link.h"
#include "bus/msg.h"
#include "bluez/pairing.h"
#include "bluez/trust.h"
#include "core/client-pairing.h"
#include "core/pairing.h"
#include "util/log.h"

#define AGENT_PATH "/com/example/Bluetooth/agent"
#define REJECTED "org.bluez.Error.Rejected"
/*
 * Since this version bluetoothd does not end an operation that waits for a pairing when the link goes: the
 * next operation on the attribute waits for it, in freed memory, for as long as bluetoothd has the device.
 */
#define LOSES_SINCE BLUEZ_VERSION(5, 67)

/* Whom bluetoothd asks about. link: NULL unless a session wants one to the device. */
typedef struct Subject {
	const Device *device;
	Link *link;
} Subject;

static bool read_subject(Bluez *bluez, sd_bus_message *m, Subject *ret)
{
	const char *path;

	*ret = (Subject){ 0 };
	if (sd_bus_message_read(m, "o", &path) < 0)
		return false;
	ret->device = g_hash_table_lookup(bluez->devices, path);
	if (!ret->device || !ret->device->adapter->radio)
		return false;
	ret->link = bluez_link_of(ret->device);
	return true;
}

void agent_refuse(sd_bus_message *question)
{
	(void)sd_bus_reply_method_errorf(question, REJECTED, "nobody here pairs with that device");
}

static void answer_refused(Bluez *bluez)
{
	if (bluez->refused)
		agent_refuse(bluez->refused);
	bluez->refused = sd_bus_message_unref(bluez->refused);
}

/*
 * Refuses a pairing that nobody here asked for. PAIRING_CUT: the answer waits until bluetoothd takes the
 * question back, because answers reach the kernel before our calls do, and once the pairing is answered there
 * is nothing left to cut the link by. Where the link is to stay, trust_refuse keeps bluetoothd from cutting
 * it half a minute later.
 */
static int refuse(Bluez *bluez, const Subject *subject, sd_bus_message *m, PairingAnswer answer)
{
	char path[BLUEZ_PATH_SIZE];

	answer_refused(bluez);
	if (answer == PAIRING_CUT)
		bluez->refused = sd_bus_message_ref(m);
	else if (subject->link && subject->link->bluez.connected &&
		 bluez_device_path(bluez, subject->link->radio, &subject->link->addr, path))
		trust_refuse(bluez, path, m);
	else
		agent_refuse(m);
	return 1;
}

/* The link is being cut: bluetoothd is to forget the device as well, unless it is bonded (LOSES_SINCE). */
static void forget_cut(Bluez *bluez, const Subject *subject)
{
	if (subject->device->adapter->version < LOSES_SINCE || subject->link->bluez.paired)
		return;
	/* core's own cancelling comes at the end of the turn, and a device that is removed before keeps its
	 * link */
	bluez_pairing_stop(bluez, subject->link->radio, &subject->link->addr);
	bluez_bond_remove(bluez, subject->link->radio, &subject->link->addr);
}

/* Decides on a pairing for which nobody here has called Pair: a read or write may need it, or a central wants
 * it. */
static PairingAnswer decide(Bluez *bluez, const Subject *subject, PairingKind kind, uint32_t *ret_passkey)
{
	const Device *device = subject->device;
	PairingAnswer answer = PAIRING_REFUSE;
	char text[ADDR_STRING_SIZE];

	if (!device || (subject->link && pairing_is_on(subject->link)))
		return PAIRING_REFUSE;
	if (subject->link)
		answer = pairing_unasked(subject->link, kind == PAIRING_JUST_WORKS, bluez_now(bluez));
	if (answer == PAIRING_CUT)
		forget_cut(bluez, subject);
	if (answer == PAIRING_REFUSE &&
	    client_may_pair(device->adapter->radio, &device->addr, kind, ret_passkey))
		answer = PAIRING_ALLOW;
	if (answer == PAIRING_REFUSE)
		log_limited(LOG_NOTICE, "%s may not pair: %s", addr_format(&device->addr, text),
			    kind == PAIRING_ENTER || kind == PAIRING_DISPLAY ?
				    "no session that it could mean has a pin, or they have several" :
				    "without a passkey, which is off (JustWorks), or nothing is served");
	return answer;
}

static void answer_passkey(void *edge, bool accept, uint32_t passkey)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = edge;

	if (accept)
		(void)sd_bus_reply_method_return(m, "u", passkey);
	else
		(void)sd_bus_reply_method_errorf(m, REJECTED, "refused");
}

static void answer_yes_or_no(void *edge, bool accept, uint32_t passkey UNUSED)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = edge;

	if (accept)
		(void)sd_bus_reply_method_return(m, NULL);
	else
		(void)sd_bus_reply_method_errorf(m, REJECTED, "refused");
}

static void answer_nothing(void *edge UNUSED, bool accept UNUSED, uint32_t passkey UNUSED)
{
}

/* A question that a program was asked because an operation of its needs a pairing. */
typedef struct Unasked {
	Bluez *bluez;
	sd_bus_message *question;
} Unasked;

static void on_decided(void *edge, PairingAnswer answer, uint32_t passkey)
{
	Unasked *unasked = edge;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = unasked->question;
	Bluez *bluez = unasked->bluez;
	Subject subject = { 0 };

	g_free(unasked);
	if (answer == PAIRING_ALLOW && sd_bus_message_is_method_call(m, NULL, "RequestPasskey")) {
		(void)sd_bus_reply_method_return(m, "u", passkey);
		return;
	}
	if (answer == PAIRING_ALLOW) {
		(void)sd_bus_reply_method_return(m, NULL);
		return;
	}
	if (sd_bus_message_rewind(m, true) < 0 || !read_subject(bluez, m, &subject) || !subject.link)
		answer = PAIRING_REFUSE;
	if (answer == PAIRING_CUT)
		forget_cut(bluez, &subject);
	(void)refuse(bluez, &subject, m, answer);
}

static bool ask_for_operation(Bluez *bluez, const Subject *subject, PairingKind kind, uint32_t passkey,
			      sd_bus_message *question)
{
	Unasked *unasked = g_new(Unasked, 1);

	*unasked = (Unasked){ .bluez = bluez, .question = question };
	if (pairing_ask_unasked(subject->link, kind, passkey, on_decided, unasked, bluez_now(bluez))) {
		if (kind == PAIRING_DISPLAY)
			g_free(unasked);
		else
			(void)sd_bus_message_ref(question);
		return true;
	}
	g_free(unasked);
	return false;
}

/* Where nobody has called Pair: the program whose operation needs it; of a central that no session has a link
 * to, one that serves. The question is kept until its answer; of PAIRING_DISPLAY none is needed. */
static bool ask_program(Bluez *bluez, const Subject *subject, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), sd_bus_message *question)
{
	if (!subject->device)
		return false;
	if (subject->link)
		return ask_for_operation(bluez, subject, kind, passkey, question);
	if (!client_ask(subject->device->adapter->radio, &subject->device->addr, kind, passkey, answer,
			question))
		return false;
	if (kind != PAIRING_DISPLAY)
		(void)sd_bus_message_ref(question);
	return true;
}

static int on_request_passkey(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	PairingAnswer answer;
	uint32_t passkey = 0;
	Subject subject;

	if (read_subject(userdata, m, &subject) && subject.link && pairing_is_asked(subject.link)) {
		(void)pairing_ask(subject.link, PAIRING_ENTER, 0, answer_passkey,
					 sd_bus_message_ref(m));
		return 1;
	}
	if (ask_program(userdata, &subject, PAIRING_ENTER, 0, answer_passkey, m))
		return 1;
	answer = decide(userdata, &subject, PAIRING_ENTER, &passkey);
	return answer == PAIRING_ALLOW ? sd_bus_reply_method_return(m, "u", passkey) :
					 refuse(userdata, &subject, m, answer);
}

static int on_request_confirmation(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	PairingAnswer answer;
	Subject subject;
	uint32_t passkey;

	if (!read_subject(userdata, m, &subject) || sd_bus_message_read(m, "u", &passkey) < 0)
		return refuse(userdata, &subject, m, PAIRING_REFUSE);
	if (subject.link && pairing_is_asked(subject.link)) {
		(void)pairing_ask(subject.link, PAIRING_CONFIRM, passkey, answer_yes_or_no,
					 sd_bus_message_ref(m));
		return 1;
	}
	if (ask_program(userdata, &subject, PAIRING_CONFIRM, passkey, answer_yes_or_no, m))
		return 1;
	answer = decide(userdata, &subject, PAIRING_CONFIRM, &passkey);
	return answer == PAIRING_ALLOW ? sd_bus_reply_method_return(m, NULL) :
					 refuse(userdata, &subject, m, answer);
}

/* The central's user is to enter a passkey that the kernel chose. Whoever set the pin finds it in the log. */
static void show_passkey(const Device *device, uint32_t passkey)
{
	char text[ADDR_STRING_SIZE];

	log_limited(LOG_NOTICE, "passkey %06u for %s", passkey, addr_format(&device->addr, text));
}

static int on_display_passkey(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	PairingAnswer answer;
	Subject subject;
	uint32_t passkey;
	uint16_t entered;

	if (!read_subject(userdata, m, &subject) || sd_bus_message_read(m, "uq", &passkey, &entered) < 0)
		return refuse(userdata, &subject, m, PAIRING_REFUSE);
	/* bluetoothd calls again for each key that is pressed at the device */
	if (entered > 0)
		return sd_bus_reply_method_return(m, NULL);
	if (subject.link && pairing_is_asked(subject.link)) {
		(void)pairing_ask(subject.link, PAIRING_DISPLAY, passkey, answer_nothing, NULL);
		return sd_bus_reply_method_return(m, NULL);
	}
	if (ask_program(userdata, &subject, PAIRING_DISPLAY, passkey, answer_nothing, m))
		return sd_bus_reply_method_return(m, NULL);
	answer = decide(userdata, &subject, PAIRING_DISPLAY, NULL);
	if (answer == PAIRING_ALLOW) {
		show_passkey(subject.device, passkey);
		return sd_bus_reply_method_return(m, NULL);
	}
	if (answer == PAIRING_REFUSE) {
		if (subject.link)
			pairing_grace(subject.link, bluez_now(userdata));
		/* bluetoothd does not look at the answer to DisplayPasskey */
		bluez_pairing_stop(userdata, subject.device->adapter->radio, &subject.device->addr);
	}
	return refuse(userdata, &subject, m, answer);
}

/* Just Works: bluetoothd asks for permission. No person has compared anything, so this is no confirmation. It
 * does not ask about a Pair of our own. */
static int on_request_authorization(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	PairingAnswer answer;
	Subject subject;

	if (read_subject(userdata, m, &subject) &&
	    ask_program(userdata, &subject, PAIRING_JUST_WORKS, 0, answer_yes_or_no, m))
		return 1;
	answer = decide(userdata, &subject, PAIRING_JUST_WORKS, NULL);
	return answer == PAIRING_ALLOW ? sd_bus_reply_method_return(m, NULL) :
					 refuse(userdata, &subject, m, answer);
}

static int on_refuse(sd_bus_message *m, void *userdata UNUSED, sd_bus_error *error UNUSED)
{
	agent_refuse(m);
	return 1;
}

/* Cancel has no argument: bluetoothd gave up the question it asked last, and takes no answer to it. */
static int on_cancel(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Bluez *bluez = userdata;

	answer_refused(bluez);
	client_questions_cancel(bluez->broker);
	return sd_bus_reply_method_return(m, NULL);
}

static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Release", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestPinCode", "o", "s", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPinCode", "os", "", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestPasskey", "o", "u", on_request_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPasskey", "ouq", "", on_display_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestConfirmation", "ou", "", on_request_confirmation, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestAuthorization", "o", "", on_request_authorization, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AuthorizeService", "os", "", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Cancel", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

int agent_new(Bluez *bluez)
{
	return sd_bus_add_object_vtable(bluez->bus, &bluez->agent, AGENT_PATH, "org.bluez.Agent1",
					agent_vtable, bluez);
}

static int on_registered(sd_bus_message *m, void *userdata UNUSED, sd_bus_error *ret_error UNUSED)
{
	if (sd_bus_message_is_method_error(m, NULL))
		log_warning("bluetoothd takes no agent from us, so only Just Works pairing is possible: %s",
			    sd_bus_message_get_error(m)->name);
	return 0;
}

static int append_agent(sd_bus_message *m, void *userdata UNUSED)
{
	return sd_bus_message_append(m, "os", AGENT_PATH, "KeyboardDisplay");
}

void agent_register(Bluez *bluez)
{
	(void)bluez_call_floating(bluez, "/org/bluez", "org.bluez.AgentManager1", "RegisterAgent",
				  on_registered, append_agent, NULL);
}
