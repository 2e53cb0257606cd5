/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A read or write of a remote value. */
#include "procedure.h"
#include "gatt.h"

struct Procedure {
	Bus *bus;
	Link *link;
	uint16_t handle, offset;
	bool write;
	GBytes *value; /* to be written */
	size_t written;
	uint8_t error; /* of a queued write that is being cancelled */
	GByteArray *result;
	GByteArray *store; /* of a read; its owner's */
	GPtrArray *calls;
	ProcedureDone done;
	void *owner;
};

static const struct {
	uint8_t code;
	const char *name, *message;
} procedure_errors[] = {
	{ ATT_READ_NOT_PERMITTED, "NotPermitted", "Read not permitted" },
	{ ATT_WRITE_NOT_PERMITTED, "NotPermitted", "Write not permitted" },
	{ ATT_INSUFFICIENT_AUTHENTICATION, "NotPermitted", "Not paired" },
	{ ATT_INSUFFICIENT_ENCRYPTION, "NotPermitted", "Not paired" },
	{ ATT_KEY_SIZE, "NotPermitted", "Not paired" },
	{ ATT_INVALID_OFFSET, "InvalidArguments", "Invalid offset" },
	{ ATT_INVALID_LENGTH, "InvalidArguments", "Invalid Length" },
	{ ATT_INSUFFICIENT_AUTHORIZATION, "NotAuthorized", "Operation Not Authorized" },
	{ ATT_REQUEST_NOT_SUPPORTED, "NotSupported", "Operation is not supported" },
};

void procedure_error(Bus *bus, GDBusMethodInvocation *call, uint8_t error)
{
	g_autofree char *message = g_strdup_printf("Operation failed with ATT error: 0x%02x",
						   error);

	for (size_t i = 0; i < G_N_ELEMENTS(procedure_errors); i++) {
		if (procedure_errors[i].code != error)
			continue;
		bus_error(bus, call, procedure_errors[i].name, procedure_errors[i].message);
		return;
	}
	bus_error(bus, call, "Failed", message);
}

/* What is known now from the offset on, be it of this read or of one before. */
static GVariant *stored_tuple(const GByteArray *store, uint16_t offset)
{
	size_t len = store->len > offset ? store->len - offset : 0;
	GVariant *bytes =
		g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, len > 0 ? store->data + offset : NULL, len, 1);

	return g_variant_new_tuple(&bytes, 1);
}

Procedure *procedure_free(Procedure *procedure)
{
	if (!procedure)
		return NULL;

	link_forget(procedure->link, procedure);
	g_ptr_array_unref(procedure->calls);
	g_byte_array_unref(procedure->result);
	if (procedure->value)
		g_bytes_unref(procedure->value);
	g_free(procedure);
	return NULL;
}

static void procedure_finish(Procedure *procedure, uint8_t error)
{
	g_autoptr(GPtrArray) calls = g_steal_pointer(&procedure->calls);
	const GByteArray *result = procedure->result;

	procedure->calls = g_ptr_array_new();
	if (!error && procedure->store)
		gatt_store_value(procedure->store, procedure->offset, result->data, result->len);
	procedure->done(procedure->owner, error == 0);
	g_ptr_array_set_free_func(calls, NULL);
	for (unsigned int i = 0; i < calls->len; i++) {
		if (error)
			procedure_error(procedure->bus, calls->pdata[i], error);
		else
			bus_reply(procedure->bus, calls->pdata[i],
				  procedure->write ? NULL
						   : stored_tuple(procedure->store, procedure->offset));
	}
	procedure_free(procedure);
}

static void procedure_on_read(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Procedure *procedure = data;
	size_t offset;

	if (error) {
		procedure_finish(procedure, error);
		return;
	}

	g_byte_array_append(procedure->result, value, (unsigned int)len);
	offset = procedure->offset + procedure->result->len;
	/* A full answer: there may be more. */
	if (len >= link_mtu(procedure->link) - 1U && offset < ATTR_VALUE_MAX)
		link_request(procedure->link, ATT_READ_BLOB, procedure->handle, (uint16_t)offset,
			     NULL, procedure_on_read, procedure);
	else
		procedure_finish(procedure, 0);
}

static void procedure_on_written(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Procedure *procedure = data;

	(void)value;
	(void)len;
	procedure_finish(procedure, procedure->error ? procedure->error : error);
}

static void procedure_on_prepared(void *data, uint8_t error, const uint8_t *value, size_t len);

static void procedure_prepare(Procedure *procedure)
{
	size_t len = MIN(g_bytes_get_size(procedure->value) - procedure->written,
			 link_mtu(procedure->link) - 5U);
	g_autoptr(GBytes) part =
		g_bytes_new_from_bytes(procedure->value, procedure->written, len);

	link_request(procedure->link, ATT_PREPARE_WRITE, procedure->handle,
		     (uint16_t)(procedure->offset + procedure->written), part,
		     procedure_on_prepared, procedure);
	procedure->written += len;
}

static void procedure_on_prepared(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Procedure *procedure = data;

	(void)value;
	(void)len;
	if (error || procedure->written == g_bytes_get_size(procedure->value)) {
		procedure->error = error;
		link_request(procedure->link, ATT_EXECUTE_WRITE, !error, 0, NULL,
			     procedure_on_written, procedure);
	} else {
		procedure_prepare(procedure);
	}
}

static Procedure *procedure_new(Bus *bus, Link *link, uint16_t handle, uint16_t offset,
				ProcedureDone done, void *owner)
{
	Procedure *procedure = g_new0(Procedure, 1);

	procedure->bus = bus;
	procedure->link = link;
	procedure->handle = handle;
	procedure->offset = offset;
	procedure->result = g_byte_array_new();
	procedure->calls = g_ptr_array_new_with_free_func(g_object_unref);
	procedure->done = done;
	procedure->owner = owner;
	return procedure;
}

Procedure *procedure_read(Bus *bus, Link *link, uint16_t handle, uint16_t offset,
			  GByteArray *store, ProcedureDone done, void *owner)
{
	Procedure *procedure = procedure_new(bus, link, handle, offset, done, owner);

	procedure->store = store;
	link_request(link, offset > 0 ? ATT_READ_BLOB : ATT_READ, handle, offset, NULL,
		     procedure_on_read, procedure);
	return procedure;
}

Procedure *procedure_write(Bus *bus, Link *link, uint16_t handle, uint16_t offset, GBytes *value,
			   bool queued, ProcedureDone done, void *owner)
{
	Procedure *procedure = procedure_new(bus, link, handle, offset, done, owner);

	procedure->write = true;
	procedure->value = g_bytes_ref(value);
	if (queued)
		procedure_prepare(procedure);
	else
		link_request(link, ATT_WRITE, handle, 0, value, procedure_on_written, procedure);
	return procedure;
}

void procedure_join(Procedure *procedure, GDBusMethodInvocation *call)
{
	g_ptr_array_add(procedure->calls, call);
}

uint16_t procedure_offset(const Procedure *procedure)
{
	return procedure->offset;
}

bool procedure_options(Bus *bus, GVariant *options, GDBusMethodInvocation *call,
		       uint16_t *ret_offset, char **ret_type)
{
	g_autofree char *type = NULL;
	uint16_t offset = 0;
	GVariantIter iter;
	GVariant *value;
	const char *key;
	bool ok = true;

	g_variant_iter_init(&iter, options);
	while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
		if (g_ascii_strcasecmp(key, "offset") == 0) {
			if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16))
				offset = g_variant_get_uint16(value);
			else
				ok = false;
		} else if (ret_type && g_ascii_strcasecmp(key, "type") == 0) {
			if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
				g_free(type);
				type = g_ascii_strdown(g_variant_get_string(value, NULL), -1);
			} else {
				ok = false;
			}
		}
		g_variant_unref(value);
	}
	if (!ok) {
		bus_error(bus, call, "InvalidArguments", "Invalid arguments in method call");
		return false;
	}
	*ret_offset = offset;
	if (ret_type)
		*ret_type = g_steal_pointer(&type);
	return true;
}
