/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three names are on a program's bus: the bus's own, org.bluez, and the program's. The program may ask for
 * more names, which nobody but itself sees.
 */
#include "face/driver-names.h"

#include <string.h>
#include <unistd.h>

#include "face/driver.h"
#include "face/programs.h"

/* What RequestName and ReleaseName answer. */
enum {
	NAME_PRIMARY_OWNER = 1,
	NAME_ALREADY_OWNER = 4,
	NAME_RELEASED = 1,
	NAME_NON_EXISTENT = 2,
	NAME_NOT_OWNER = 3,
	START_ALREADY_RUNNING = 2,
};

/* --- names --- */

static guint name_find(const Connection *connection, const char *name)
{
	guint i;

	for (i = 0; i < connection->names->len; i++)
		if (strcmp(g_ptr_array_index(connection->names, i), name) == 0)
			break;
	return i;
}

static bool is_own(const Connection *connection, const char *name)
{
	return strcmp(name, connection->name) == 0 || name_find(connection, name) < connection->names->len;
}

bool driver_is_bluez(const Connection *connection, const char *name)
{
	return connection->program->programs->broker->bluez_up &&
	       (strcmp(name, "org.bluez") == 0 || strcmp(name, BLUEZ_UNIQUE_NAME) == 0);
}

/* The unique name of whoever has the name, or NULL. */
static const char *owner_of(const Connection *connection, const char *name)
{
	if (strcmp(name, DRIVER_NAME) == 0)
		return DRIVER_NAME;
	if (driver_is_bluez(connection, name))
		return BLUEZ_UNIQUE_NAME;
	return is_own(connection, name) ? connection->name : NULL;
}

int driver_refuse_name(sd_bus_error *error, const char *id, const char *name)
{
	if (strcmp(name, "org.bluez") == 0)
		return sd_bus_error_set(error, id, "bluetoothd is not running (systemctl start bluetooth)");
	return sd_bus_error_setf(
		error, id,
		"\"%.128s\" is not here: this is the socket of bluebrokerd, which has org.bluez "
		"alone, not the system bus",
		name);
}

/* --- signals --- */

/* These two signals come also to who has no rule for them. */
static void tell_name(Connection *connection, const char *member, const char *name)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(connection->wire.bus, &m, DRIVER_PATH, DRIVER_NAME, member);
	if (r >= 0)
		r = sd_bus_message_set_sender(m, DRIVER_NAME);
	if (r >= 0)
		r = sd_bus_message_set_destination(m, connection->name);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", name);
	if (r >= 0)
		connection_send(connection, m);
}

static void tell_owner(Connection *connection, const char *name, const char *before, const char *after)
{
	const MatchSignal signal = {
		.senders = { DRIVER_NAME },
		.path = DRIVER_PATH,
		.interface = DRIVER_NAME,
		.member = "NameOwnerChanged",
		.args = { name, before, after },
	};
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (connection_signal(connection, &signal, &m) >= 0 && m &&
	    sd_bus_message_append(m, "sss", name, before, after) >= 0)
		connection_send(connection, m);
}

void driver_bluez_changed(Connection *connection, bool up)
{
	const char *before = up ? "" : BLUEZ_UNIQUE_NAME, *after = up ? BLUEZ_UNIQUE_NAME : "";

	tell_owner(connection, BLUEZ_UNIQUE_NAME, before, after);
	tell_owner(connection, "org.bluez", before, after);
}

/* --- methods --- */

static int hello(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Connection *connection = userdata;
	int r;

	if (connection->greeted)
		return sd_bus_error_set(error, DRIVER_ERROR("Failed"), "Hello was called before");
	connection->greeted = true;
	r = driver_answer(m, connection, "s", connection->name);
	if (r >= 0)
		tell_name(connection, "NameAcquired", connection->name);
	return r;
}

static int request_name(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Connection *connection = userdata;
	const char *name;
	uint32_t flags;
	int r;

	r = sd_bus_message_read(m, "su", &name, &flags);
	if (r < 0)
		return r;
	if (!sd_bus_service_name_is_valid(name) || *name == ':')
		return sd_bus_error_setf(error, DRIVER_ERROR("InvalidArgs"), "\"%.128s\" is no bus name",
					 name);
	if (strcmp(name, DRIVER_NAME) == 0 || strcmp(name, "org.bluez") == 0)
		return sd_bus_error_setf(error, DRIVER_ERROR("AccessDenied"), "%s is bluebrokerd's here",
					 name);
	if (is_own(connection, name))
		return driver_answer(m, connection, "u", NAME_ALREADY_OWNER);
	if (connection->names->len >= CONNECTION_NAMES_MAX)
		return sd_bus_error_setf(error, DRIVER_ERROR("LimitsExceeded"),
					 "the program has %d names, the limit", CONNECTION_NAMES_MAX);
	if (charge_more(&connection->memory, strlen(name) + 1) < 0)
		return sd_bus_error_set(error, DRIVER_ERROR("LimitsExceeded"),
					"the name passes BytesPerUser");
	g_ptr_array_add(connection->names, g_strdup(name));
	r = driver_answer(m, connection, "u", NAME_PRIMARY_OWNER);
	tell_owner(connection, name, "", connection->name);
	tell_name(connection, "NameAcquired", name);
	return r;
}

static int release_name(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Connection *connection = userdata;
	g_autofree char *own = NULL;
	const char *name;
	guint at;
	int r;

	r = sd_bus_message_read(m, "s", &name);
	if (r < 0)
		return r;
	at = name_find(connection, name);
	if (at == connection->names->len)
		return driver_answer(m, connection, "u",
				     owner_of(connection, name) ? NAME_NOT_OWNER : NAME_NON_EXISTENT);
	own = g_ptr_array_steal_index(connection->names, at);
	charge_less(&connection->memory, strlen(own) + 1);
	r = driver_answer(m, connection, "u", NAME_RELEASED);
	tell_owner(connection, own, connection->name, "");
	tell_name(connection, "NameLost", own);
	return r;
}

static int start_service(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const Connection *connection = userdata;
	const char *name;
	uint32_t flags;
	int r;

	r = sd_bus_message_read(m, "su", &name, &flags);
	if (r < 0)
		return r;
	if (!owner_of(connection, name))
		return driver_refuse_name(error, DRIVER_ERROR("ServiceUnknown"), name);
	return driver_answer(m, connection, "u", START_ALREADY_RUNNING);
}

static int name_has_owner(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	const Connection *connection = userdata;
	const char *name;
	int r;

	r = sd_bus_message_read(m, "s", &name);
	return r < 0 ? r : driver_answer(m, connection, "b", owner_of(connection, name) != NULL);
}

/* Reads a name, and says who has it; 0 and *ret NULL: nobody, and error is set. */
static int read_owner(sd_bus_message *m, const Connection *connection, const char **ret, sd_bus_error *error)
{
	const char *name;
	int r;

	r = sd_bus_message_read(m, "s", &name);
	if (r < 0)
		return r;
	*ret = owner_of(connection, name);
	return *ret ? 0 : driver_refuse_name(error, DRIVER_ERROR("NameHasNoOwner"), name);
}

static int get_name_owner(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const Connection *connection = userdata;
	const char *owner;
	int r;

	r = read_owner(m, connection, &owner, error);
	return r < 0 ? r : driver_answer(m, connection, "s", owner);
}

static int list_queued_owners(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const Connection *connection = userdata;
	const char *owner;
	int r;

	r = read_owner(m, connection, &owner, error);
	return r < 0 ? r : driver_answer(m, connection, "as", 1, owner);
}

static int list_names(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	const Connection *connection = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = driver_answer_new(m, connection, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "s");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", DRIVER_NAME);
	if (r >= 0 && driver_is_bluez(connection, "org.bluez"))
		r = sd_bus_message_append(reply, "s", "org.bluez");
	if (r >= 0 && driver_is_bluez(connection, "org.bluez"))
		r = sd_bus_message_append(reply, "s", BLUEZ_UNIQUE_NAME);
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", connection->name);
	for (guint i = 0; i < connection->names->len && r >= 0; i++)
		r = sd_bus_message_append(reply, "s", g_ptr_array_index(connection->names, i));
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int list_activatable_names(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	return driver_answer(m, userdata, "as", 2, DRIVER_NAME, "org.bluez");
}

/* --- who somebody is: the bus and org.bluez are this daemon --- */

typedef struct Identity {
	uid_t uid;
	pid_t pid;
} Identity;

static int read_identity(sd_bus_message *m, const Connection *connection, Identity *ret, sd_bus_error *error)
{
	const char *owner;
	int r;

	r = read_owner(m, connection, &owner, error);
	if (r < 0)
		return r;
	if (strcmp(owner, connection->name) == 0)
		*ret = (Identity){ .uid = connection->program->uid, .pid = connection->program->pid };
	else
		*ret = (Identity){ .uid = getuid(), .pid = getpid() };
	return 0;
}

static int get_unix_user(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Identity identity;
	int r;

	r = read_identity(m, userdata, &identity, error);
	return r < 0 ? r : driver_answer(m, userdata, "u", identity.uid);
}

static int get_unix_pid(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Identity identity;
	int r;

	r = read_identity(m, userdata, &identity, error);
	return r < 0 ? r : driver_answer(m, userdata, "u", (uint32_t)identity.pid);
}

static int get_credentials(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Identity identity;
	int r;

	r = read_identity(m, userdata, &identity, error);
	return r < 0 ? r :
		       driver_answer(m, userdata, "a{sv}", 2, "UnixUserID", "u", identity.uid, "ProcessID",
				     "u", (uint32_t)identity.pid);
}

/* Asked by who wants to know all there is (busctl status), and takes this error for "none". */
static int get_selinux_context(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *owner;
	int r;

	r = read_owner(m, userdata, &owner, error);
	return r < 0 ? r : sd_bus_error_setf(error, DRIVER_ERROR("SELinuxSecurityContextUnknown"),
					     "%s has no SELinux context", owner);
}

/* --- the table --- */

const DriverMethod driver_names[] = {
	{ "Hello", "", "s", hello },
	{ "RequestName", "su", "u", request_name },
	{ "ReleaseName", "s", "u", release_name },
	{ "StartServiceByName", "su", "u", start_service },
	{ "NameHasOwner", "s", "b", name_has_owner },
	{ "ListNames", "", "as", list_names },
	{ "ListActivatableNames", "", "as", list_activatable_names },
	{ "GetNameOwner", "s", "s", get_name_owner },
	{ "ListQueuedOwners", "s", "as", list_queued_owners },
	{ "GetConnectionUnixUser", "s", "u", get_unix_user },
	{ "GetConnectionUnixProcessID", "s", "u", get_unix_pid },
	{ "GetConnectionCredentials", "s", "a{sv}", get_credentials },
	{ "GetConnectionSELinuxSecurityContext", "s", "ay", get_selinux_context },
	{ NULL },
};
