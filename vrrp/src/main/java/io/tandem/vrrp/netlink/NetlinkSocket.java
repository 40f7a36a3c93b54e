// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.Libc.C;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A NETLINK_ROUTE socket that sends one request and waits for its acknowledgement or its dump.
 *
 * <p>Bound to the network namespace of the thread that opened it, for ever; usable by one thread at a time.
 */
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_NETLINK = 270;
    private static final int SOL_SOCKET = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int ACK_TLVS = 0x200;

    private final int fd;
    private final int port;
    private final NativeBuffer out = new NativeBuffer(16 * 1024);
    private final NativeBuffer in = new NativeBuffer(64 * 1024);
    private final NetlinkMessage message = new NetlinkMessage(out);
    private int sequence;

    /** For interfaces, addresses, routes and rules. */
    NetlinkSocket() throws NetlinkException {
        this(0);
    }

    /** @param protocol what it speaks to: NETLINK_ROUTE 0, NETLINK_NETFILTER 12 */
    NetlinkSocket(int protocol) throws NetlinkException {
        fd = C.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
        if (fd < 0) {
            throw new NetlinkException("netlink: open socket", Libc.errno());
        }
        port = bindAndName();
        NativeBuffer option = new NativeBuffer(16);
        option.bytes().putInt(0, 1);
        // Best effort: older kernels know neither; the answer only gets longer or shorter.
        C.setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, option.address(), 4);
        C.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, option.address(), 4);
        // Lets a dump be narrowed to one interface; where it is not known, more is listed.
        C.setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, option.address(), 4);
        // An acknowledgement that never comes must not hang the election; the kernel answers at once.
        option.bytes().putLong(0, 2).putLong(8, 0);
        C.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, option.address(), 16);
    }

    /** Has the kernel choose a port and asks which. */
    private int bindAndName() throws NetlinkException {
        NativeBuffer address = new NativeBuffer(16);
        address.bytes().putShort(0, (short) AF_NETLINK).putInt(12, 12);
        if (C.bind(fd, address.address(), 12) != 0
                || C.getsockname(fd, address.address(), address.address() + 12) != 0) {
            throw new NetlinkException("netlink: bind", Libc.errno());
        }
        return address.bytes().getInt(4);
    }

    int port() {
        return port;
    }

    NetlinkMessage message() {
        return message;
    }

    /**
     * Sends the message and waits for the acknowledgement.
     *
     * @return 0 or the errno; never throws for an ordinary refusal, so that a caller can count some as success
     */
    int request() {
        if (!send()) {
            return Libc.errno();
        }
        while (true) {
            long length = receive();
            if (length < 0) {
                return Libc.errno();
            }
            ByteBuffer bytes = in.bytes();
            for (int at = 0; at + 16 <= length; at += align(bytes.getInt(at))) {
                int size = bytes.getInt(at);
                if (size < 16) {
                    return Errno.EINVAL;
                }
                if (bytes.getShort(at + 4) == NLMSG_ERROR && bytes.getInt(at + 8) == sequence) {
                    return -bytes.getInt(at + 16);
                }
            }
        }
    }

    /** As {@link #request}, with a refusal thrown in the kernel's own words. */
    void requestOrThrow(String what) throws NetlinkException {
        int errno = request();
        if (errno != 0) {
            throw new NetlinkException(what, errno, "CAP_NET_ADMIN", detail());
        }
    }

    /**
     * Sends a request whose answer is one message, and hands that on, from its fixed part.
     *
     * @return 0 or the errno
     */
    int fetch(Consumer<ByteBuffer> answer) {
        if (!send()) {
            return Libc.errno();
        }
        while (true) {
            long length = receive();
            if (length < 0) {
                return Libc.errno();
            }
            ByteBuffer bytes = in.bytes();
            for (int at = 0; at + 16 <= length; at += align(bytes.getInt(at))) {
                int size = bytes.getInt(at);
                if (size < 16 || at + size > length) {
                    return Errno.EINVAL;
                }
                if (bytes.getInt(at + 8) == sequence) {
                    if (bytes.getShort(at + 4) == NLMSG_ERROR) {
                        return -bytes.getInt(at + 16);
                    }
                    answer.accept(body(bytes, at, size));
                    return 0;
                }
            }
        }
    }

    /** Sends what was made in advance and tells of each request that was refused, by its position. */
    void submit(NetlinkBatch batch, NetlinkBatch.Refusals refusals) {
        int position = 0;
        for (int part = 0; part < batch.parts(); part++) {
            int count = batch.count(part);
            int first = sequence + 1;
            sequence += count;
            batch.number(part, first);
            int length = batch.length(part);
            if (C.sendto(fd, batch.address(part), length, 0, 0, 0) == length) {
                awaitLast(first, sequence, position, refusals);
            } else {
                refusals.refused(position, Libc.errno());
            }
            position += count;
        }
    }

    /**
     * Sends a transaction of which each request asks for an acknowledgement.
     *
     * @param length of what the buffer holds
     * @param last the number of the last request; numbers before this call's are another's
     * @return 0, or the errno of the first that was refused
     */
    int transact(NativeBuffer buffer, int length, int last) {
        NativeBuffer option = new NativeBuffer(4);
        option.bytes().putInt(0, Math.max(length * 2, 1 << 18));
        C.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, option.address(), 4);
        if (C.sendto(fd, buffer.address(), length, 0, 0, 0) != length) {
            return Libc.errno();
        }
        int refused = 0;
        while (true) {
            long received = receive();
            if (received < 0) {
                return refused != 0 ? refused : Libc.errno();
            }
            ByteBuffer bytes = in.bytes();
            for (int at = 0; at + 20 <= received; at += align(bytes.getInt(at))) {
                if (bytes.getInt(at) < 16) {
                    return Errno.EINVAL;
                }
                if (bytes.getShort(at + 4) == NLMSG_ERROR) {
                    int errno = -bytes.getInt(at + 16);
                    refused = refused == 0 ? errno : refused;
                    if (bytes.getInt(at + 8) >= last || bytes.getInt(at + 8) == 0) {
                        return refused; // the last, or the batch as a whole
                    }
                }
            }
        }
    }

    /** Only the last request is acknowledged in any case; the others are heard of when they fail. */
    private void awaitLast(int first, int last, int position, NetlinkBatch.Refusals refusals) {
        while (true) {
            long length = receive();
            if (length < 0) {
                refusals.refused(position + last - first, Libc.errno());
                return;
            }
            ByteBuffer bytes = in.bytes();
            boolean done = false;
            for (int at = 0; at + 16 <= length; at += align(bytes.getInt(at))) {
                if (bytes.getInt(at) < 16) {
                    return;
                }
                int number = bytes.getInt(at + 8);
                if (bytes.getShort(at + 4) == NLMSG_ERROR && number - first >= 0 && last - number >= 0) {
                    int errno = -bytes.getInt(at + 16);
                    if (errno != 0) {
                        refusals.refused(position + number - first, errno);
                    }
                    done |= number == last;
                }
            }
            if (done) {
                return;
            }
        }
    }

    /** Sends a dump request and hands each answer to {@code each}: the buffer from the fixed part to the end of the message. */
    void dump(String what, Consumer<ByteBuffer> each) throws NetlinkException {
        if (!send()) {
            throw new NetlinkException(what, Libc.errno());
        }
        while (true) {
            long length = receive();
            if (length < 0) {
                throw new NetlinkException(what, Libc.errno());
            }
            ByteBuffer bytes = in.bytes();
            int at = 0;
            while (at + 16 <= length) {
                int size = bytes.getInt(at);
                int type = bytes.getShort(at + 4);
                if (size < 16 || at + size > length) {
                    throw new NetlinkException(what, Errno.EINVAL);
                }
                if (bytes.getInt(at + 8) == sequence) {
                    if (type == NLMSG_DONE) {
                        return;
                    }
                    if (type == NLMSG_ERROR) {
                        int errno = -bytes.getInt(at + 16);
                        if (errno != 0) {
                            throw new NetlinkException(what, errno);
                        }
                        return;
                    }
                    each.accept(body(bytes, at, size));
                }
                at += align(size);
            }
        }
    }

    @Override
    public void close() {
        C.close(fd);
    }

    private static ByteBuffer body(ByteBuffer bytes, int at, int size) {
        return bytes.duplicate().limit(at + size).position(at + 16).slice().order(bytes.order());
    }

    private boolean send() {
        int length = message.finish(++sequence);
        return C.sendto(fd, message.address(), length, 0, 0, 0) == length;
    }

    private long receive() {
        long length;
        do {
            length = C.recvfrom(fd, in.address(), in.capacity(), 0, 0, 0);
        } while (length < 0 && Libc.errno() == Errno.EINTR);
        return length;
    }

    /** NLMSGERR_ATTR_MSG of the answer just received, or an empty text. */
    private String detail() {
        ByteBuffer bytes = in.bytes();
        int end = Math.min(bytes.getInt(0), bytes.capacity());
        if ((bytes.getShort(6) & ACK_TLVS) == 0) {
            return "";
        }
        for (int at = 16 + 4 + 16; at + 4 <= end; at += align(Math.max(4, bytes.getShort(at)))) {
            int size = bytes.getShort(at);
            if (bytes.getShort(at + 2) == 1 && size > 5 && at + size <= end) {
                byte[] text = new byte[size - 5];
                bytes.get(at + 4, text);
                return new String(text, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    private static int align(int length) {
        return (length + 3) & ~3;
    }
}
