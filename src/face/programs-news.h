/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core tells, passed on to the views of all programs that it is about. */
#pragma once

#include "core/ops.h"

extern const FaceOps programs_news;	/* the userdata: Programs */
