// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A packet filter of this process's own (nf_tables) that drops what arrives for some addresses, neighbour discovery apart.
 *
 * <pre>
 * table ip tandem-PID  { set blocked { … }  chain in { type filter hook input priority -1; ip daddr @blocked drop } }
 * table ip6 tandem-PID { set blocked { … }  chain in { …; icmpv6 type { 135, 136 } accept; ip6 daddr @blocked drop } }
 * </pre>
 *
 * <p>The kernel (5.12) deletes the tables when the socket closes that owns them: nothing outlives the process. Of a process
 * on an older kernel the next one deletes them. All of a change takes effect at once, or nothing of it.
 */
public final class PacketBlock implements AutoCloseable {
    private static final int NETLINK_NETFILTER = 12;
    private static final int SUBSYSTEM = 10;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEW_TABLE = SUBSYSTEM << 8;
    private static final int GET_TABLE = SUBSYSTEM << 8 | 1;
    private static final int DELETE_TABLE = SUBSYSTEM << 8 | 2;
    private static final int NEW_CHAIN = SUBSYSTEM << 8 | 3;
    private static final int NEW_RULE = SUBSYSTEM << 8 | 6;
    private static final int NEW_SET = SUBSYSTEM << 8 | 9;
    private static final int NEW_ELEMENTS = SUBSYSTEM << 8 | 12;
    private static final int OWNER = 2;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int LOCAL_IN = 1;
    /** Before other filters, as keepalived's. */
    private static final int PRIORITY = -1;

    private static final int DROP = 0;
    private static final int ACCEPT = 1;
    private static final int REGISTER = 1;
    private static final int NETWORK_HEADER = 1;
    private static final int TRANSPORT_HEADER = 2;
    private static final int ICMP_V6 = 58;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int META_L4_PROTOCOL = 16;
    private static final int ELEMENTS_A_MESSAGE = 1000;
    private static final int BYTES_AN_ELEMENT = 32;
    private static final int BYTES_OF_THE_REST = 8192;
    private static final int GENERAL_PART = 4;
    private static final String NAME = "tandem-";

    private final NetlinkSocket socket;
    private final String table = NAME + ProcessHandle.current().pid();
    private boolean owned;
    private boolean fourExists;
    private boolean sixExists;

    private PacketBlock(NetlinkSocket socket, boolean owned) {
        this.socket = socket;
        this.owned = owned;
    }

    /** In the calling thread's network namespace; no table is there before {@link #replace}. */
    public static PacketBlock open() throws NetlinkException {
        return open(true);
    }

    /** @param owned whether the kernel is asked to delete the tables with this process */
    static PacketBlock open(boolean owned) throws NetlinkException {
        return new PacketBlock(new NetlinkSocket(NETLINK_NETFILTER), owned);
    }

    /** Drops what arrives for these addresses, and for no others. */
    public void replace(List<InetAddress> addresses) throws NetlinkException {
        int errno = tryReplace(addresses);
        if (owned && (errno == Errno.EINVAL || errno == Errno.EOPNOTSUPP)) {
            owned = false;
            removeLeftovers();
            errno = tryReplace(addresses);
        }
        if (errno != 0) {
            throw new NetlinkException("nftables: table " + table, errno, "CAP_NET_ADMIN, nf_tables in the kernel");
        }
    }

    private int tryReplace(List<InetAddress> addresses) throws NetlinkException {
        List<InetAddress> four =
                addresses.stream().filter(Inet4Address.class::isInstance).toList();
        List<InetAddress> six = addresses.stream()
                .filter(each -> !(each instanceof Inet4Address))
                .toList();
        Batch batch = new Batch(BYTES_OF_THE_REST + addresses.size() * BYTES_AN_ELEMENT);
        batch.family(AF_INET, fourExists, four);
        batch.family(AF_INET6, sixExists, six);
        int errno = batch.run();
        if (errno == 0) {
            fourExists = !four.isEmpty();
            sixExists = !six.isEmpty();
        }
        return errno;
    }

    /** Tables of processes that are no more, where the kernel does not own them. */
    private void removeLeftovers() throws NetlinkException {
        List<String> names = new ArrayList<>();
        socket.message().begin(GET_TABLE, NetlinkMessage.DUMP).familyPart(AF_INET);
        socket.dump("nftables: list tables", body -> collect(body, names));
        for (String name : names) {
            Batch batch = new Batch(BYTES_OF_THE_REST);
            batch.deleteIfThere(AF_INET, name);
            batch.run();
            batch = new Batch(BYTES_OF_THE_REST);
            batch.deleteIfThere(AF_INET6, name);
            batch.run();
        }
    }

    private static void collect(ByteBuffer body, List<String> names) {
        Attributes attributes = new Attributes(body, GENERAL_PART);
        while (attributes.next()) {
            String name = attributes.type() == 1 ? attributes.text() : "";
            if (name.matches(NAME + "[1-9]\\d{0,8}")) {
                long pid = Long.parseLong(name.substring(NAME.length()));
                if (pid == ProcessHandle.current().pid()
                        || ProcessHandle.of(pid).isEmpty()) {
                    names.add(name);
                }
            }
        }
    }

    @Override
    public void close() {
        if (!owned && (fourExists || sixExists)) {
            try {
                tryReplace(List.of());
            } catch (NetlinkException e) {
                // The next process removes them.
            }
        }
        socket.close();
    }

    /** A transaction. */
    private final class Batch {
        private final NativeBuffer buffer;
        private final NetlinkMessage message;
        private int number;

        Batch(int capacity) {
            buffer = new NativeBuffer(capacity);
            message = new NetlinkMessage(buffer);
            message.begin(BATCH_BEGIN, 0).netfilterPart(0, SUBSYSTEM);
            message.finish(number++);
        }

        private NetlinkMessage begin(int type, int flags, int family) {
            return message.beginBehind(type, flags | NetlinkMessage.ACK).netfilterPart(family, 0);
        }

        private void end() {
            message.finish(number++);
        }

        void deleteIfThere(int family, String name) {
            begin(DELETE_TABLE, 0, family).textAttribute(1, name);
            end();
        }

        void family(int family, boolean exists, List<InetAddress> addresses) {
            if (exists) {
                deleteIfThere(family, table);
            }
            if (addresses.isEmpty()) {
                return;
            }
            begin(NEW_TABLE, NetlinkMessage.CREATE, family).textAttribute(1, table);
            if (owned) {
                word(2, OWNER);
            }
            end();
            set(family, addresses);
            chain(family);
            if (family == AF_INET6) {
                acceptNeighborDiscovery(SOLICITATION);
                acceptNeighborDiscovery(ADVERTISEMENT);
            }
            int rule = beginRule(family);
            boolean six = family == AF_INET6;
            payload(NETWORK_HEADER, six ? 24 : 16, six ? 16 : 4);
            int[] lookup = beginExpression("lookup");
            message.textAttribute(1, "blocked");
            word(2, REGISTER);
            endExpression(lookup);
            verdict(DROP);
            message.close(rule);
            end();
        }

        private void set(int family, List<InetAddress> addresses) {
            boolean six = family == AF_INET6;
            begin(NEW_SET, NetlinkMessage.CREATE, family)
                    .textAttribute(1, table)
                    .textAttribute(2, "blocked");
            word(3, 0);
            word(4, six ? 8 : 7); // what nft(8) shows as ipv6_addr and ipv4_addr
            word(5, six ? 16 : 4);
            word(10, 1);
            end();
            for (int from = 0; from < addresses.size(); from += ELEMENTS_A_MESSAGE) {
                begin(NEW_ELEMENTS, NetlinkMessage.CREATE, family)
                        .textAttribute(1, table)
                        .textAttribute(2, "blocked");
                int list = message.open(3);
                for (InetAddress address :
                        addresses.subList(from, Math.min(addresses.size(), from + ELEMENTS_A_MESSAGE))) {
                    int element = message.open(1);
                    int key = message.open(1);
                    message.attribute(1, address);
                    message.close(key).close(element);
                }
                message.close(list);
                end();
            }
        }

        private void chain(int family) {
            begin(NEW_CHAIN, NetlinkMessage.CREATE, family)
                    .textAttribute(1, table)
                    .textAttribute(3, "in");
            int hook = message.open(4);
            word(1, LOCAL_IN);
            word(2, PRIORITY);
            message.close(hook);
            word(5, ACCEPT);
            message.textAttribute(7, "filter");
            end();
        }

        private void acceptNeighborDiscovery(int type) {
            int rule = beginRule(AF_INET6);
            int[] meta = beginExpression("meta");
            word(1, REGISTER);
            word(2, META_L4_PROTOCOL);
            endExpression(meta);
            compare(ICMP_V6);
            payload(TRANSPORT_HEADER, 0, 1);
            compare(type);
            verdict(ACCEPT);
            message.close(rule);
            end();
        }

        private int beginRule(int family) {
            begin(NEW_RULE, NetlinkMessage.CREATE | NetlinkMessage.APPEND, family)
                    .textAttribute(1, table)
                    .textAttribute(2, "in");
            return message.open(4);
        }

        private void payload(int base, int offset, int length) {
            int[] expression = beginExpression("payload");
            word(1, REGISTER);
            word(2, base);
            word(3, offset);
            word(4, length);
            endExpression(expression);
        }

        /** With one byte. */
        private void compare(int value) {
            int[] expression = beginExpression("cmp");
            word(1, REGISTER);
            word(2, 0);
            int data = message.open(3);
            message.byteAttribute(1, value).close(data);
            endExpression(expression);
        }

        private void verdict(int code) {
            int[] expression = beginExpression("immediate");
            word(1, 0);
            int data = message.open(2);
            int verdict = message.open(2);
            word(1, code);
            message.close(verdict).close(data);
            endExpression(expression);
        }

        private int[] beginExpression(String name) {
            int element = message.open(1);
            message.textAttribute(1, name);
            return new int[] {element, message.open(2)};
        }

        private void endExpression(int[] opened) {
            message.close(opened[1]).close(opened[0]);
        }

        /** A 32-bit number in network order. */
        private void word(int type, int value) {
            message.attribute(
                    type, buffer.bytes().order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
        }

        /** @return 0 or the errno of what was refused first */
        int run() {
            if (number == 1) {
                return 0;
            }
            message.beginBehind(BATCH_END, 0).netfilterPart(0, SUBSYSTEM);
            message.finish(number);
            return socket.transact(buffer, message.end(), number - 1);
        }
    }
}
