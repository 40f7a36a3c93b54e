// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.io.IOException;

/** The kernel refused something about links, addresses, routes, namespaces or sockets: operation, object and errno in one line. */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    /** @param what operation and object, such as {@code netlink: add 192.0.2.10/24 to eth0} */
    public NetlinkException(String what, int errno) {
        this(what, errno, "CAP_NET_ADMIN");
    }

    /** @param capability the one that the operation needs, such as {@code CAP_NET_RAW} */
    public NetlinkException(String what, int errno, String capability) {
        super(what + ": " + Errno.explain(errno, capability));
        this.errno = errno;
    }

    /** @param detail the kernel's own words (extended acknowledgement) */
    NetlinkException(String what, int errno, String capability, String detail) {
        super(what + ": " + Errno.explain(errno, capability) + (detail.isEmpty() ? "" : ": " + detail));
        this.errno = errno;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public int errno() {
        return errno;
    }
}
