/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table from outcomes and errnos to D-Bus error names. */
#include "util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/log.h"

#define PREFIX "com.example.Bluetooth.Error."

static const struct {
	const char *name;
	const char *text;
} outcomes[_E_MAX] = {
	[E_INVALID_ARGUMENTS] = { PREFIX "InvalidArguments", "an argument is not valid" },
	[E_NOT_READY] = { PREFIX "NotReady", "the session or the radio is not ready" },
	[E_NO_SUCH_ADAPTER] = { PREFIX "NoSuchAdapter", "there is no such radio" },
	[E_NOT_CONNECTED] = { PREFIX "NotConnected", "the device is not connected" },
	[E_NOT_PERMITTED] = { PREFIX "NotPermitted", "the attribute does not allow it" },
	[E_ACCESS_DENIED] = { PREFIX "AccessDenied", "this belongs to somebody else" },
	[E_NOT_SUPPORTED] = { PREFIX "NotSupported", "that is not supported" },
	[E_IN_PROGRESS] = { PREFIX "InProgress", "that is under way already" },
	[E_TIMED_OUT] = { PREFIX "TimedOut", "no answer within the time limit" },
	[E_CONNECTION_REFUSED] = { PREFIX "ConnectionRefused", "the device refused the connection" },
	[E_BUSY] = { PREFIX "Busy", "another session uses it" },
	[E_LIMIT_REACHED] = { PREFIX "LimitReached", "a configured limit is reached" },
	[E_DOES_NOT_EXIST] = { PREFIX "DoesNotExist", "there is no such object" },
	[E_ATT_ERROR] = { PREFIX "AttError", "the device answered with an ATT error" },
	[E_BLUEZ_UNAVAILABLE] = { PREFIX "BlueZUnavailable", "bluetoothd is not running" },
	[E_FAILED] = { PREFIX "Failed", "the operation failed" },
};

int reason_set(Reason *reason, Outcome outcome, const char *format, ...)
{
	va_list args;

	if (reason) {
		va_start(args, format);
		vsnprintf(reason->text, sizeof(reason->text), format, args);
		va_end(args);
		/* what is quoted may be cut within a character, and such an answer could not be sent */
		log_make_printable(reason->text);
	}
	return outcome;
}

int reason_refuse(Reason *reason, const char *text, const char *allowed)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "\"%.60s\" is not %s", text, allowed);
}

const char *error_name(int error)
{
	if (error > 0 && error < _E_MAX)
		return outcomes[error].name;

	switch (-error) {
	case ENOMEM:
	case ENOBUFS:
		return outcomes[E_LIMIT_REACHED].name;
	case ETIMEDOUT:
		return outcomes[E_TIMED_OUT].name;
	case EACCES:
	case EPERM:
		return outcomes[E_ACCESS_DENIED].name;
	case EINVAL:
	case EBADMSG:
		return outcomes[E_INVALID_ARGUMENTS].name;
	default:
		return outcomes[E_FAILED].name;
	}
}

const char *error_text(int error)
{
	if (error > 0 && error < _E_MAX)
		return outcomes[error].text;
	return strerror(-error);
}
