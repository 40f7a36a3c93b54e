// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The liveness link to one peer, over one or several {@linkplain LinkPath networks}: what it has told of its virtual routers,
 * and whether it lives.
 *
 * <p>An end without farewell is believed once the heartbeats are missing on every network: a connection can be cut by others.
 * When only the heartbeats stop, the peer is stopped or unreachable and is given the {@linkplain SilenceDetector time} that it
 * has told itself. Owned by the reactor's thread.
 */
final class PeerLink implements LinkPath.Owner {
    private static final long CONFIRM_NS = LivenessLinks.HEARTBEAT_NS * 3 / 2;

    private final ClusterConfig.Member member;
    private final LinkPath[] paths;
    private final boolean initiator;
    private final EventLog log;
    private final PeerNews news;
    private final PeerFrames frames;
    private final LinkCounters counters = new LinkCounters();
    private final SilenceDetector silence = new SilenceDetector();
    private boolean refusalLogged;
    private boolean slowLogged;
    private boolean gaveUsUp;
    private volatile String shownState = "down"; // written by the reactor's thread, read by any
    private volatile long shownSilenceNs; // likewise

    /** @param initiator whether this side dials */
    PeerLink(
            Reactor reactor,
            ClusterConfig cluster,
            ClusterConfig.Member self,
            ClusterConfig.Member member,
            byte[] secret,
            boolean initiator,
            List<VirtualRouter> routers,
            EventLog log,
            SecureRandom random) {
        this.member = member;
        this.initiator = initiator;
        this.log = log;
        this.news = new PeerNews(routers);
        this.frames = new PeerFrames(random.nextLong());
        int networks = Math.min(self.addresses().size(), member.addresses().size());
        paths = new LinkPath[networks];
        for (int i = 0; i < networks; i++) {
            paths[i] = new LinkPath(
                    this,
                    reactor,
                    cluster,
                    member.name(),
                    self.addresses().get(i),
                    member.addresses().get(i),
                    secret,
                    initiator,
                    log,
                    random);
        }
    }

    String name() {
        return member.name();
    }

    boolean isInitiator() {
        return initiator;
    }

    LinkPath path(int network) {
        return paths[network];
    }

    LinkCounters counters() {
        return counters;
    }

    boolean isUp() {
        for (int i = 0; i < paths.length; i++) {
            if (paths[i].isUp()) {
                return true;
            }
        }
        return false;
    }

    /** Whether anything has been heard of it that has not been withdrawn or lost. */
    boolean isKnown() {
        return !news.isEmpty();
    }

    LinkStatus status() {
        List<String> ways = new ArrayList<>();
        for (LinkPath path : paths) {
            ways.add(path.remote().getHostAddress() + " "
                    + (path.isSilent() ? "silent" : path.phase().name().toLowerCase(Locale.ROOT)));
        }
        return new LinkStatus(
                member.name(), member.address().getHostAddress(), shownState, ways, shownSilenceNs, counters.all());
    }

    /** Whether the peer's advertisements for this router come from that address. */
    boolean speaksFor(VirtualRouter router, InetAddress source) {
        return news.speaksFor(router, source);
    }

    /** Where its advertisements for this router come from and what it is there, or null. */
    @Nullable RouterNews about(VirtualRouter router) {
        return news.about(router);
    }

    /** Sends what this node's routers are; when the link comes up and whenever that changes. */
    void sendStatus(List<VirtualRouter> routers, long nowNs) {
        for (byte[] part : frames.status(routers, LivenessLinks.silenceMs())) {
            sendAll(PeerFrames.STATUS, part, nowNs);
        }
    }

    /** One of the words that concern one router. */
    void send(int type, VirtualRouter router, long nowNs) {
        sendAll(type, frames.about(router), nowNs);
    }

    /** Says farewell: the end that follows means nothing. */
    void sayGoodbye(long nowNs) {
        sendAll(PeerFrames.BYE, frames.empty(), nowNs);
        dropAll("down", nowNs);
    }

    /** When a silence will have lasted long enough to mean something; {@link Reactor#NEVER} while none can. */
    long judgeAtNs() {
        boolean up = false;
        boolean ended = false;
        boolean heard = false;
        for (int i = 0; i < paths.length; i++) {
            LinkPath path = paths[i];
            up |= path.isUp();
            ended |= path.phase() == LinkPath.Phase.SUSPECT;
            heard |= path.heardBeats();
        }
        if (ended && !up) {
            return lastBeatNs() + (heard ? CONFIRM_NS + 1 : 0);
        }
        boolean mayFallSilent = up ? heard : !ended && !news.isEmpty();
        return mayFallSilent ? lastBeatNs() + shownSilenceNs + 1 : Reactor.NEVER;
    }

    /** Beats and dials; once every heartbeat. */
    void tick(long nowNs, BeatSockets beats) {
        for (int i = 0; i < paths.length; i++) {
            paths[i].tick(nowNs, beats.get(i));
        }
    }

    /**
     * This thread slept: the peer's silence during that time was ours.
     *
     * @return whether the peer has taken this node for dead meanwhile
     */
    boolean catchUp(long nowNs) {
        boolean wasUp = isUp();
        boolean ended = false;
        gaveUsUp = false;
        for (int i = 0; i < paths.length; i++) {
            paths[i].catchUp(nowNs);
            ended |= paths[i].phase() == LinkPath.Phase.SUSPECT;
        }
        return wasUp && !isUp() && (gaveUsUp || ended);
    }

    // ---- What arrives

    /** A datagram that names the link {@code id}: a beat, if it is one of this peer's. */
    void onDatagram(long id, byte[] datagram, long arrivedNs) {
        for (int i = 0; i < paths.length; i++) {
            if (paths[i].hasId(id)) {
                paths[i].onHeartbeat(datagram, arrivedNs);
            }
        }
    }

    @Override
    public void onUp(LinkPath path, long nowNs) {
        refusalLogged = false;
        shownState = "up";
        if (isTheOnlyUp(path)) {
            silence.resume(nowNs);
        }
        frames.restart(path);
        log.info("liveness link peer=" + member.name() + " address="
                + path.remote().getHostAddress() + " state=up");
        sendStatus(news.routers(), nowNs);
    }

    private boolean isTheOnlyUp(LinkPath path) {
        for (LinkPath other : paths) {
            if (other != path && other.isUp()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void onBeat(LinkPath path, long nowNs) {
        long gapNs = nowNs - lastBeatNs();
        if (path.heardBeats() && gapNs > 0) {
            silence.gap(gapNs, nowNs);
        }
        if (path.isSilent()) {
            path.silent(false);
            log.info("liveness link peer=" + member.name() + " address="
                    + path.remote().getHostAddress() + " state=heard-again");
        }
    }

    @Override
    public void onFrame(LinkPath path, int type, ByteBuffer payload, long nowNs) {
        long processBefore = frames.heardIncarnation();
        if (!frames.accept(path, payload)) {
            return;
        }
        if (frames.heardIncarnation() != processBefore) {
            // Both young, or one: a process that was known before has settled, whatever happened to the way to it.
            silence.begin(nowNs);
        }
        switch (type) {
            case PeerFrames.STATUS -> {
                if (payload.remaining() >= 4) {
                    silence.told((payload.getShort() & 0xffff) * 1_000_000L);
                    news.learn(payload, nowNs);
                }
            }
            case PeerFrames.ASK -> news.tell(payload, Event.PeerReleasing::new, nowNs);
            case PeerFrames.TOOK -> news.tell(payload, Event.PeerTook::new, nowNs);
            case PeerFrames.REFUSED -> news.tell(payload, Event.PeerRefused::new, nowNs);
            case PeerFrames.WANT -> news.tell(payload, Event.PeerWants::new, nowNs);
            case PeerFrames.BYE -> {
                log.info("liveness link peer=" + member.name() + " state=down reason=farewell");
                news.forget(Event.PeerLeft::new, nowNs);
                dropAll("down", nowNs);
            }
            case PeerFrames.GAVE_UP -> {
                gaveUsUp = true;
                counters.gaveUs.incrementAndGet();
                log.warning("liveness link peer=" + member.name()
                        + " state=down reason=given-up: it has not heard this node for too long; it may take over");
                news.forget(Event.PeerLeft::new, nowNs);
                dropAll("down", nowNs);
            }
            default -> {
                // A newer version's word.
            }
        }
    }

    @Override
    public void onEnd(LinkPath path, String reason, long nowNs) {
        switch (reason) {
            case "slow" -> {
                counters.slow.incrementAndGet();
                if (!slowLogged) {
                    slowLogged = true;
                    log.warning("liveness link peer=" + member.name() + " address="
                            + path.remote().getHostAddress()
                            + " state=down reason=slow: it does not read what it is sent");
                }
            }
            case "forged" -> counters.forged.incrementAndGet();
            default -> counters.ends.incrementAndGet();
        }
        // Judged when this turn of the loop is over, once the beats that have come are read.
    }

    @Override
    public void onRefusal(LinkPath path, String side) {
        counters.refused.incrementAndGet();
        if (!isUp()) {
            shownState = "refused";
        }
        if (!refusalLogged) {
            refusalLogged = true;
            log.warning("liveness refused peer=" + member.name() + " address="
                    + path.remote().getHostAddress() + " side=" + side
                    + ": its cluster secret differs from ours; make the secret files the same");
        }
    }

    // ---- Alive or not

    /** Decides whether the peer lives; whenever beats have been read, and at {@link #judgeAtNs}. */
    void judge(long nowNs) {
        long quietNs = nowNs - lastBeatNs();
        long patienceNs = silence.silenceNs(nowNs);
        shownSilenceNs = patienceNs;
        boolean up = false;
        boolean ended = false;
        boolean heard = false;
        for (int i = 0; i < paths.length; i++) {
            LinkPath path = paths[i];
            up |= path.isUp();
            ended |= path.phase() == LinkPath.Phase.SUSPECT;
            heard |= path.heardBeats();
        }
        if (ended && (!heard || quietNs > CONFIRM_NS)) {
            lose("connection-ended", quietNs, nowNs);
        } else if (up && heard && quietNs > patienceNs) {
            lose("silent", quietNs, nowNs);
        } else if (!up && !ended && !news.isEmpty() && quietNs > patienceNs) {
            lose("gone-after-cut", quietNs, nowNs);
        } else {
            judgeEach(patienceNs, nowNs);
        }
    }

    /** The peer lives. What of the ways to it? */
    private void judgeEach(long patienceNs, long nowNs) {
        for (int i = 0; i < paths.length; i++) {
            LinkPath path = paths[i];
            if (path.phase() == LinkPath.Phase.SUSPECT
                    && initiator
                    && path.beatsAfterEnd()
                    && nowNs - path.endedAtNs() > CONFIRM_NS) {
                cut(path, "cut: the peer still beats", nowNs);
            } else if (path.phase() == LinkPath.Phase.SUSPECT
                    && paths.length > 1
                    && nowNs - path.endedAtNs() > patienceNs) {
                cut(path, "network-lost: the peer lives on another", nowNs);
            } else if (path.isUp() && path.heardBeats() && !path.isSilent() && nowNs - path.lastBeatNs() > patienceNs) {
                path.silent(true);
                counters.cuts.incrementAndGet();
                log.warning("liveness link peer=" + member.name() + " address="
                        + path.remote().getHostAddress()
                        + " state=silent: the peer is heard on another network only");
            }
        }
    }

    private void cut(LinkPath path, String why, long nowNs) {
        counters.cuts.incrementAndGet();
        log.warning("liveness link peer=" + member.name() + " address="
                + path.remote().getHostAddress() + " state=down reason=" + why);
        path.dialAgain(nowNs);
        if (!isUp()) {
            shownState = "down";
        }
    }

    private void lose(String reason, long quietNs, long nowNs) {
        counters.losses.incrementAndGet();
        log.warning("liveness link peer=" + member.name() + " state=down reason=" + reason + " last-heartbeat-ms="
                + quietNs / 1e6 + " patience-ms=" + shownSilenceNs / 1e6);
        // If it lives after all, it shall know what happens, and not take our closing for our death.
        sendAll(PeerFrames.GAVE_UP, frames.empty(), nowNs);
        dropAll("down", nowNs);
        news.forget(Event.PeerGone::new, nowNs);
    }

    private long lastBeatNs() {
        long last = paths[0].lastBeatNs();
        for (int i = 1; i < paths.length; i++) {
            long other = paths[i].lastBeatNs();
            last = other - last > 0 ? other : last;
        }
        return last;
    }

    private void sendAll(int type, byte[] payload, long nowNs) {
        for (int i = 0; i < paths.length; i++) {
            paths[i].send(type, payload, nowNs);
        }
    }

    private void dropAll(String state, long nowNs) {
        shownState = refusalLogged && state.equals("down") ? "refused" : state;
        for (int i = 0; i < paths.length; i++) {
            paths[i].drop(nowNs);
        }
    }
}
