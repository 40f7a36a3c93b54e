// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.Libc.C;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's news about links and addresses (rtnetlink multicast groups).
 *
 * <p>Non-blocking: wait for {@link #fd()} to become readable and call {@link #read}. Lives in the namespace of the thread
 * that opened it.
 */
public final class LinkEvents implements AutoCloseable {
    /** Told what changed. After an overrun anything may have changed: list and compare. */
    public interface Listener {
        void linkChanged(Link link);

        void linkRemoved(Link link);

        void addressAdded(AddressEntry address);

        void addressRemoved(AddressEntry address);

        void overrun();
    }

    private static final int AF_NETLINK = 16;
    private static final int AF_BRIDGE = 7;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int GROUPS = 1 | 0x10 | 0x100;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int MAX_READS = 64;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SO_ATTACH_FILTER = 26;

    /** In the header of a message. */
    private static final int PORT_AT = 12;

    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    private final int fd;
    private final int ownPort;
    private final NativeBuffer in = new NativeBuffer(32 * 1024);

    private boolean lost;

    /** Of everybody's doing. */
    public LinkEvents() throws NetlinkException {
        this(0);
    }

    /** @param ownPort events that this {@link Netlink#port} caused are left out, and wake nobody */
    public LinkEvents(int ownPort) throws NetlinkException {
        this.ownPort = ownPort;
        fd = C.socket(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
        NativeBuffer address = new NativeBuffer(12);
        address.bytes().putShort(0, (short) AF_NETLINK).putInt(8, GROUPS);
        if (fd < 0 || C.bind(fd, address.address(), 12) != 0) {
            throw new NetlinkException("netlink: listen to link and address events", Libc.errno());
        }
        // Room for a thousand interfaces that go at once; where that is refused, more is looked up afterwards.
        address.bytes().putInt(0, BUFFER_BYTES);
        C.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, address.address(), 4);
        if (ownPort != 0) {
            leaveOutOwn();
        }
    }

    /** Each renewal of an address would be news. A kernel that takes no filter delivers it, to be thrown away here. */
    private void leaveOutOwn() {
        NativeBuffer program = new NativeBuffer(4 * 8);
        // A word of the header is loaded as a number in network order, and the port stands there in the host's.
        int port = program.bytes().order() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(ownPort) : ownPort;
        instruction(program, LOAD_WORD, 0, PORT_AT);
        instruction(program, JUMP_IF_EQUAL, 1, port);
        instruction(program, RETURN, 0, 0);
        instruction(program, RETURN, 0, Integer.MAX_VALUE);
        NativeBuffer header = new NativeBuffer(16);
        header.bytes().putShort(0, (short) 4).putLong(8, program.address());
        try {
            C.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header.address(), 16);
        } finally {
            Reference.reachabilityFence(program);
        }
    }

    /** sock_filter: u16 code | u8 jump if true | u8 jump if false | u32 k. */
    private static void instruction(NativeBuffer program, int code, int otherwise, int k) {
        program.bytes()
                .putShort((short) code)
                .put((byte) 0)
                .put((byte) otherwise)
                .putInt(k);
    }

    public int fd() {
        return fd;
    }

    /**
     * Delivers what has arrived. After a loss the rest is old news: it is thrown away before the listener looks.
     */
    public void read(Listener listener) {
        for (int reads = 0; reads < MAX_READS; reads++) {
            long length = C.recvfrom(fd, in.address(), in.capacity(), 0, 0, 0);
            if (length < 0 && Libc.errno() == Errno.ENOBUFS) {
                lost = true;
            } else if (length < 0) {
                if (lost) {
                    lost = false;
                    listener.overrun();
                }
                return;
            } else if (!lost) {
                deliver((int) length, listener);
            }
        }
    }

    private void deliver(int length, Listener listener) {
        ByteBuffer bytes = in.bytes();
        for (int at = 0; at + 16 <= length; ) {
            int size = bytes.getInt(at);
            if (size < 16 || at + size > length) {
                return;
            }
            if (bytes.getInt(at + PORT_AT) != ownPort || ownPort == 0) {
                ByteBuffer body =
                        bytes.duplicate().limit(at + size).position(at + 16).slice();
                deliverOne(bytes.getShort(at + 4), body.order(bytes.order()), listener);
            }
            at += (size + 3) & ~3;
        }
    }

    private static void deliverOne(int type, ByteBuffer body, Listener listener) {
        if ((type == RTM_NEWLINK || type == RTM_DELLINK) && body.limit() >= 16) {
            if (body.get(0) == AF_BRIDGE) {
                return; // of a port of a bridge: its membership, not its life
            }
            Link link = Links.parse(body);
            if (link.name().isEmpty()) {
                return;
            }
            if (type == RTM_NEWLINK) {
                listener.linkChanged(link);
            } else {
                listener.linkRemoved(link);
            }
        } else if ((type == RTM_NEWADDR || type == RTM_DELADDR) && body.limit() >= 8) {
            AddressEntry address = Addresses.parse(body);
            if (address == null) {
                return;
            }
            if (type == RTM_NEWADDR) {
                listener.addressAdded(address);
            } else {
                listener.addressRemoved(address);
            }
        }
    }

    @Override
    public void close() {
        C.close(fd);
    }
}
