// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's table of who has which address on a link, by RTM_GETNEIGH and RTM_DELNEIGH. Usable by one thread at a time.
 *
 * <pre>
 * ndmsg: u8 family | 3 bytes 0 | i32 interface | u16 state | u8 flags | u8 type
 * </pre>
 */
public final class Neighbors {
    private static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int MAC_BYTES = 6;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int INCOMPLETE = 0x01;
    private static final int FAILED = 0x20;
    private static final int FIXED_PART = 12;
    private static final int INDEX_AT = 4;
    private static final int STATE_AT = 8;

    private final NetlinkSocket socket;

    Neighbors(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * Forgets the neighbours of an interface that do not answer, so that the next packet asks for them at once. The kernel
     * itself asks again only every second: after a cable is plugged back in, that is how long nobody behind it is reached.
     *
     * @return how many there were
     */
    public int forgetUnanswered(int interfaceIndex) throws NetlinkException {
        List<InetAddress> found = unanswered(interfaceIndex);
        for (InetAddress one : found) {
            socket.message()
                    .begin(RTM_DELNEIGH, NetlinkMessage.ACK)
                    .neighborPart(one instanceof Inet6Address ? AF_INET6 : AF_INET, interfaceIndex)
                    .attribute(NDA_DST, one);
            socket.request(); // refused where it has answered or gone meanwhile: as well
        }
        return found.size();
    }

    /** The neighbours of an interface that were asked for and have not answered. */
    public List<InetAddress> unanswered(int interfaceIndex) throws NetlinkException {
        List<InetAddress> found = new ArrayList<>();
        socket.message().begin(RTM_GETNEIGH, NetlinkMessage.DUMP).neighborPart(0, 0);
        socket.dump("netlink: list neighbours", body -> {
            if (body.getInt(INDEX_AT) == interfaceIndex && (body.getShort(STATE_AT) & (INCOMPLETE | FAILED)) != 0) {
                byte[] address = attribute(body, NDA_DST);
                if (address != null && (address.length == 4 || address.length == 16)) {
                    found.add(of(address));
                }
            }
        });
        return found;
    }

    /** The link-layer address, 6 bytes, of a neighbour that the kernel knows; null for another. */
    public byte @Nullable [] macOf(InetAddress neighbor, int interfaceIndex) {
        byte[][] found = new byte[1][];
        socket.message()
                .begin(RTM_GETNEIGH, 0)
                .neighborPart(neighbor instanceof Inet6Address ? AF_INET6 : AF_INET, interfaceIndex)
                .attribute(NDA_DST, neighbor);
        socket.fetch(body -> found[0] = attribute(body, NDA_LLADDR));
        byte[] mac = found[0];
        return mac != null && mac.length == MAC_BYTES ? mac : null;
    }

    private static byte @Nullable [] attribute(ByteBuffer body, int type) {
        Attributes attributes = new Attributes(body, FIXED_PART);
        while (attributes.next()) {
            if (attributes.type() == type) {
                return attributes.value();
            }
        }
        return null;
    }

    private static InetAddress of(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + address.length + " bytes", e);
        }
    }
}
