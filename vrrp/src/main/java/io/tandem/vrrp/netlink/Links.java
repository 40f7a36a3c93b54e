// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;
import static io.tandem.vrrp.netlink.NetlinkMessage.CREATE;
import static io.tandem.vrrp.netlink.NetlinkMessage.DUMP;
import static io.tandem.vrrp.netlink.NetlinkMessage.EXCL;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Network interfaces: list, create, configure, delete. */
public final class Links {
    /** How the ports of a macvlan see each other; the numbers are the kernel's. */
    public enum MacvlanMode {
        /** No traffic between macvlans of one parent: what VRRP's virtual MAC uses. */
        PRIVATE(1),
        /** Traffic between macvlans goes through the outside switch. */
        VEPA(2),
        /** Traffic between macvlans is bridged. */
        BRIDGE(4);

        private final int number;

        MacvlanMode(int number) {
            this.number = number;
        }
    }

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int IFF_UP = 1;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_GROUP = 27;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_EVENT = 44;
    private static final int EVENT_BONDING_FAILOVER = 3;
    private static final int EVENT_NOTIFY_PEERS = 4;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_MACVLAN_MODE = 1;
    private static final int IFLA_IPVLAN_MODE = 1;
    private static final int IFLA_IPVLAN_FLAGS = 2;
    private static final int IPVLAN_L2 = 0;
    private static final int IFLA_BR_FORWARD_DELAY = 1;
    private static final int IFLA_BR_STP_STATE = 5;
    private static final int IFLA_BR_MCAST_SNOOPING = 23;
    private static final int FIXED_PART = 16;

    private final NetlinkSocket socket;

    Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Link> list() throws NetlinkException {
        List<Link> found = new ArrayList<>();
        socket.message().begin(RTM_GETLINK, DUMP).linkPart(0, 0, 0);
        socket.dump("netlink: list links", body -> found.add(parse(body)));
        return found;
    }

    public Optional<Link> find(String name) throws NetlinkException {
        Link[] found = new Link[1];
        socket.message().begin(RTM_GETLINK, 0).linkPart(0, 0, 0).textAttribute(IFLA_IFNAME, name);
        int errno = socket.fetch(body -> found[0] = parse(body));
        if (errno != 0 && errno != Errno.ENODEV) {
            throw new NetlinkException("netlink: look up " + name, errno);
        }
        return Optional.ofNullable(found[0]);
    }

    /** @throws NetlinkException ENODEV if there is no interface of that name */
    public Link get(String name) throws NetlinkException {
        return find(name).orElseThrow(() -> new NetlinkException("netlink: interface " + name, Errno.ENODEV));
    }

    /** A pair of virtual Ethernet ends; {@code peerNamespace} null leaves the peer here. */
    public void addVeth(String name, String peer, @Nullable NetNamespace peerNamespace) throws NetlinkException {
        NetlinkMessage message = create(name);
        int info = message.open(IFLA_LINKINFO);
        message.textAttribute(INFO_KIND, "veth");
        int data = message.open(INFO_DATA);
        int end = message.openPlain(VETH_INFO_PEER);
        message.linkPart(0, 0, 0).textAttribute(IFLA_IFNAME, peer);
        if (peerNamespace != null) {
            message.attribute(IFLA_NET_NS_FD, peerNamespace.fd());
        }
        message.close(end).close(data).close(info);
        socket.requestOrThrow("netlink: create veth " + name + " and " + peer);
    }

    /** A bridge that forwards at once: no spanning tree, no forward delay, no multicast snooping. */
    public void addBridge(String name) throws NetlinkException {
        NetlinkMessage message = create(name);
        int info = message.open(IFLA_LINKINFO);
        message.textAttribute(INFO_KIND, "bridge");
        int data = message.open(INFO_DATA);
        message.attribute(IFLA_BR_FORWARD_DELAY, 0).attribute(IFLA_BR_STP_STATE, 0);
        message.byteAttribute(IFLA_BR_MCAST_SNOOPING, 0);
        message.close(data).close(info);
        socket.requestOrThrow("netlink: create bridge " + name);
    }

    public void addDummy(String name) throws NetlinkException {
        NetlinkMessage message = create(name);
        int info = message.open(IFLA_LINKINFO);
        message.textAttribute(INFO_KIND, "dummy").close(info);
        socket.requestOrThrow("netlink: create dummy " + name);
    }

    /** @param mac 6 bytes, or null for a random one */
    public void addMacvlan(String name, String parent, MacvlanMode mode, byte @Nullable [] mac)
            throws NetlinkException {
        int parentIndex = get(parent).index();
        NetlinkMessage message = create(name).attribute(IFLA_LINK, parentIndex);
        if (mac != null) {
            message.attribute(IFLA_ADDRESS, mac);
        }
        int info = message.open(IFLA_LINKINFO);
        message.textAttribute(INFO_KIND, "macvlan");
        int data = message.open(INFO_DATA);
        message.attribute(IFLA_MACVLAN_MODE, mode.number).close(data).close(info);
        socket.requestOrThrow("netlink: create macvlan " + name + " on " + parent);
    }

    /**
     * An ipvlan of layer 2, which has its parent's MAC.
     *
     * @param flags 0 bridge, 1 private, 2 vepa; the same for all on one parent
     */
    public void addIpvlan(String name, String parent, int flags) throws NetlinkException {
        int parentIndex = get(parent).index();
        NetlinkMessage message = create(name).attribute(IFLA_LINK, parentIndex);
        int info = message.open(IFLA_LINKINFO);
        message.textAttribute(INFO_KIND, "ipvlan");
        int data = message.open(INFO_DATA);
        message.shortAttribute(IFLA_IPVLAN_MODE, IPVLAN_L2).shortAttribute(IFLA_IPVLAN_FLAGS, flags);
        message.close(data).close(info);
        socket.requestOrThrow("netlink: create ipvlan " + name + " on " + parent);
    }

    /** Writes down what an interface is for; {@code ip link} shows it. */
    public void setAlias(String name, String text) throws NetlinkException {
        change(name).textAttribute(IFLA_IFALIAS, text);
        socket.requestOrThrow("netlink: set the alias of " + name);
    }

    /** Deletes it; one that is already gone is a success. */
    public void delete(String name) throws NetlinkException {
        Optional<Link> link = find(name);
        if (link.isPresent()) {
            socket.message().begin(RTM_DELLINK, ACK).linkPart(link.get().index(), 0, 0);
            socket.requestOrThrow("netlink: delete " + name);
        }
    }

    public void up(String name) throws NetlinkException {
        setFlags(name, IFF_UP, "netlink: set " + name + " up");
    }

    public void down(String name) throws NetlinkException {
        setFlags(name, 0, "netlink: set " + name + " down");
    }

    public void setMaster(String name, String bridge) throws NetlinkException {
        int master = get(bridge).index();
        change(name).attribute(IFLA_MASTER, master);
        socket.requestOrThrow("netlink: add " + name + " to " + bridge);
    }

    /** Pulls the port out of its bridge. */
    public void clearMaster(String name) throws NetlinkException {
        change(name).attribute(IFLA_MASTER, 0);
        socket.requestOrThrow("netlink: take " + name + " out of its bridge");
    }

    /** Moves it into another namespace, where it appears down, with the same name. */
    public void moveTo(String name, NetNamespace namespace) throws NetlinkException {
        change(name).attribute(IFLA_NET_NS_FD, namespace.fd());
        socket.requestOrThrow("netlink: move " + name + " to " + namespace);
    }

    /** Renames it; it must be down. */
    public void rename(String name, String newName) throws NetlinkException {
        change(name).textAttribute(IFLA_IFNAME, newName);
        socket.requestOrThrow("netlink: rename " + name + " to " + newName);
    }

    /** @param mac 6 bytes */
    public void setHardwareAddress(String name, byte[] mac) throws NetlinkException {
        change(name).attribute(IFLA_ADDRESS, mac);
        socket.requestOrThrow("netlink: set the MAC of " + name + " to " + Link.macText(mac));
    }

    /**
     * Sets an interface up or down: one message, for the takeover.
     *
     * @return 0 or the errno; EBUSY or EADDRINUSE where another one of the same parent has the macvlan's MAC
     */
    public int change(int index, boolean up) {
        socket.message().begin(RTM_NEWLINK, ACK).linkPart(index, up ? IFF_UP : 0, IFF_UP);
        return socket.request();
    }

    /** Deletes all interfaces of a group at once; none is a success. */
    public void deleteGroup(int group) throws NetlinkException {
        socket.message().begin(RTM_DELLINK, ACK).linkPart(0, 0, 0).attribute(IFLA_GROUP, group);
        int errno = socket.request();
        if (errno != 0 && errno != Errno.ENODEV) {
            throw new NetlinkException("netlink: delete the interfaces of group " + group, errno);
        }
    }

    /** Puts an interface into a group. */
    public void setGroup(String name, int group) throws NetlinkException {
        change(name).attribute(IFLA_GROUP, group);
        socket.requestOrThrow("netlink: put " + name + " into group " + group);
    }

    public void setMtu(String name, int mtu) throws NetlinkException {
        change(name).attribute(IFLA_MTU, mtu);
        socket.requestOrThrow("netlink: set the MTU of " + name + " to " + mtu);
    }

    /** The link of a received message. {@code body} begins with ifinfomsg. */
    static Link parse(ByteBuffer body) {
        String name = "";
        String mac = "";
        int mtu = 0;
        int master = 0;
        int parent = 0;
        String alias = "";
        int event = 0;
        String kind = null;
        Attributes attributes = new Attributes(body, FIXED_PART);
        while (attributes.next()) {
            switch (attributes.type()) {
                case IFLA_IFNAME -> name = attributes.text();
                case IFLA_ADDRESS -> mac = Link.macText(attributes.value());
                case IFLA_MTU -> mtu = attributes.intValue();
                case IFLA_MASTER -> master = attributes.intValue();
                case IFLA_LINK -> parent = attributes.intValue();
                case IFLA_IFALIAS -> alias = attributes.text();
                case IFLA_EVENT -> event = attributes.intValue();
                case IFLA_LINKINFO -> kind = kindOf(attributes.nested());
                default -> {}
            }
        }
        boolean moved = event == EVENT_BONDING_FAILOVER || event == EVENT_NOTIFY_PEERS;
        return new Link(body.getInt(4), name, body.getInt(8), mac, mtu, master, parent, alias, moved, kind);
    }

    private static @Nullable String kindOf(Attributes info) {
        while (info.next()) {
            if (info.type() == INFO_KIND) {
                return info.text();
            }
        }
        return null;
    }

    private NetlinkMessage create(String name) {
        return socket.message()
                .begin(RTM_NEWLINK, CREATE | EXCL | ACK)
                .linkPart(0, 0, 0)
                .textAttribute(IFLA_IFNAME, name);
    }

    private NetlinkMessage change(String name) throws NetlinkException {
        int index = get(name).index();
        return socket.message().begin(RTM_NEWLINK, ACK).linkPart(index, 0, 0);
    }

    private void setFlags(String name, int flags, String what) throws NetlinkException {
        int index = get(name).index();
        socket.message().begin(RTM_NEWLINK, ACK).linkPart(index, flags, IFF_UP);
        socket.requestOrThrow(what);
    }
}
