/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-128 through the kernel's AF_ALG socket. */

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_alg.h>
#include <sys/socket.h>

#include "radio-aes.h"

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

static void reverse(const uint8_t in[AES_BLOCK], uint8_t ret[AES_BLOCK])
{
	for (int i = 0; i < AES_BLOCK; i++)
		ret[i] = in[AES_BLOCK - 1 - i];
}

static int block_send(int fd, uint8_t *block)
{
	union {
		struct cmsghdr head;
		uint8_t space[CMSG_SPACE(sizeof(uint32_t))];
	} control = { .space = { 0 } };
	struct iovec part = { block, AES_BLOCK };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	uint32_t operation = ALG_OP_ENCRYPT;

	control.head.cmsg_level = SOL_ALG;
	control.head.cmsg_type = ALG_SET_OP;
	control.head.cmsg_len = CMSG_LEN(sizeof(operation));
	memcpy(CMSG_DATA(&control.head), &operation, sizeof(operation));
	return sendmsg(fd, &message, 0) < 0 ? -errno : 0;
}

int aes_encrypt(const uint8_t key[AES_BLOCK], const uint8_t in[AES_BLOCK], uint8_t ret[AES_BLOCK])
{
	struct sockaddr_alg address = {
		.salg_family = AF_ALG,
		.salg_type = "skcipher",
		.salg_name = "ecb(aes)",
	};
	uint8_t big_key[AES_BLOCK], block[AES_BLOCK];
	int algorithm, fd = -1, r = 0;

	reverse(key, big_key);
	reverse(in, block);
	algorithm = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (algorithm < 0)
		return -errno;
	if (bind(algorithm, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(algorithm, SOL_ALG, ALG_SET_KEY, big_key, sizeof(big_key)) < 0 ||
	    (fd = accept(algorithm, NULL, NULL)) < 0)
		r = -errno;
	if (r >= 0)
		r = block_send(fd, block);
	if (r >= 0 && read(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
		r = -EIO;
	if (fd >= 0)
		close(fd);
	close(algorithm);
	if (r >= 0)
		reverse(block, ret);
	return r;
}
