// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import io.tandem.vrrp.election.Action.AnnounceAddresses;
import io.tandem.vrrp.election.Action.AskPeerToTake;
import io.tandem.vrrp.election.Action.InstallAddresses;
import io.tandem.vrrp.election.Action.RemoveAddresses;
import io.tandem.vrrp.election.Action.ReportState;
import io.tandem.vrrp.election.Action.SendAdvertisement;
import io.tandem.vrrp.election.Action.TellPeerRefused;
import io.tandem.vrrp.election.Action.TellPeerTaken;
import io.tandem.vrrp.election.Action.Warn;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The VRRP election of one virtual router (RFC 9568 §6.4), with Tandem's fast paths between peers that share a liveness
 * link. Without such peers, and towards keepalived, it is plain VRRP.
 *
 * <p>Pure: time arrives as {@code nowNs} (monotonic, any origin), effects leave as the returned actions, in the order to
 * perform them. Not thread-safe: owned by the thread of its virtual router. Longer than most classes because every state
 * answers every event, and a reader wants to see them side by side.
 */
public final class Election {
    /** How long a peer may take to answer a hand-over before the standard way is taken. */
    public static final long HAND_OVER_TIMEOUT_NS = 500_000_000L;

    private final KnownPeers peers = new KnownPeers();
    private final Set<String> faults = new LinkedHashSet<>();
    private List<Action> actions = new ArrayList<>();
    private ElectionConfig config;
    private int priority;
    private State state = State.INITIALIZE;
    private @Nullable InetAddress source;

    /** The router whose advertisements were last heard, thought to be Active. */
    private @Nullable InetAddress activeRouter;

    // While BACKUP.
    private long activeIntervalNs;
    private long downAtNs;
    private Reason whenDown = Reason.DOWN_INTERVAL_EXPIRED;
    private boolean listeningAfterSleep;
    private boolean preemptDelayRuns;
    private long preemptAtNs;
    private boolean preemptHeld;

    // While ACTIVE.
    private long advertiseAtNs;
    private long advertisedAtNs;
    private long answeredAtNs;
    private @Nullable HandingOver handingOver;
    private @Nullable InetAddress releasedBy;
    private long releaseEndsAtNs;

    private record HandingOver(InetAddress target, boolean thenStop, boolean thenHold, long deadlineNs) {}

    public Election(ElectionConfig config) {
        this.config = config;
        this.priority = config.priority();
        this.activeIntervalNs = config.advertIntervalNs();
    }

    /**
     * Takes note of an event.
     *
     * @param nowNs when it is handled, never less than before (as differences go)
     * @return what to do, in this order; often nothing
     */
    public List<Action> on(Event event, long nowNs) {
        if (state == State.ACTIVE && hasSleptTooLong(nowNs)) {
            giveWay(nowNs);
        }
        learnFrom(event, nowNs);
        switch (state) {
            case INITIALIZE -> whileInitialize(event, nowNs);
            case BACKUP -> whileBackup(event, nowNs);
            case ACTIVE -> whileActive(event, nowNs);
            case FAULT -> whileFault(event, nowNs);
        }
        List<Action> result = List.copyOf(actions);
        actions.clear();
        return result;
    }

    public State state() {
        return state;
    }

    /** The priority advertised: configured, as changed by trackers. */
    public int priority() {
        return priority;
    }

    /** When to deliver {@link Event.TimerExpired}, or nothing to wait for. Ask again after every event. */
    public OptionalLong nextWakeNs() {
        return switch (state) {
            case BACKUP -> OptionalLong.of(preemptDelayRuns ? earlier(preemptAtNs, downAtNs) : downAtNs);
            case ACTIVE ->
                OptionalLong.of(handingOver == null ? advertiseAtNs : earlier(advertiseAtNs, handingOver.deadlineNs()));
            case INITIALIZE, FAULT -> OptionalLong.empty();
        };
    }

    /** The router last heard as Active, or null; this router itself is not meant. */
    public @Nullable InetAddress activeRouter() {
        return activeRouter;
    }

    /** Whether it leaves a lower-priority Active router alone until {@link Event.Rejoin}. */
    public boolean isPreemptionHeld() {
        return preemptHeld;
    }

    /** Whether a peer was asked to take the addresses: its claims to them are no conflict. */
    public boolean isHandingOver() {
        return handingOver != null;
    }

    /** What has to be known in whichever state the router is. */
    private void learnFrom(Event event, long nowNs) {
        if (event instanceof Event.Startup startup) {
            source = startup.source();
        } else if (event instanceof Event.SourceChanged changed) {
            source = changed.source();
        } else if (event instanceof Event.PeerSeen seen) {
            peers.seen(seen.peer(), seen.priority());
        } else if (event instanceof Event.PeerLeft left) {
            peers.forget(left.peer());
        } else if (event instanceof Event.PeerGone gone) {
            peers.forget(gone.peer());
        } else if (event instanceof Event.Fault fault) {
            faults.add(fault.cause());
        } else if (event instanceof Event.Cleared cleared) {
            faults.remove(cleared.cause());
        } else if (event instanceof Event.Rejoin) {
            preemptHeld = false;
        } else if (event instanceof Event.HoldPreemption) {
            preemptHeld = true;
        } else if (event instanceof Event.PriorityChanged changed && !config.isOwner()) {
            changePriority(clamp(changed.priority()));
        } else if (event instanceof Event.Reconfigured reconfigured) {
            reconfigure(reconfigured.config(), nowNs);
        }
    }

    private void whileInitialize(Event event, long nowNs) {
        if (event instanceof Event.Startup) {
            if (faults.isEmpty()) {
                begin(Reason.STARTUP, nowNs);
            } else {
                become(State.FAULT, Reason.FAULT, null);
            }
        } else {
            refuseRelease(event);
        }
    }

    private void whileFault(Event event, long nowNs) {
        if (event instanceof Event.Shutdown || (event instanceof Event.HandOver handOver && handOver.thenStop())) {
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.Cleared && faults.isEmpty()) {
            begin(Reason.FAULT_CLEARED, nowNs);
        } else {
            refuseRelease(event);
        }
    }

    private void whileBackup(Event event, long nowNs) {
        if (event instanceof Event.Heard heard) {
            hearWhileBackup(heard, nowNs);
        } else if (event instanceof Event.TimerExpired) {
            expireWhileBackup(nowNs);
        } else if (event instanceof Event.PeerGone gone && gone.peer().equals(activeRouter)) {
            takeOverFrom(gone.peer(), Reason.PEER_GONE, isBestWithout(gone.peer()), nowNs);
        } else if (event instanceof Event.PeerReleasing releasing) {
            takeFrom(releasing.peer(), nowNs);
        } else if (event instanceof Event.Fault fault) {
            become(State.FAULT, Reason.FAULT, null, fault.cause());
        } else if (event instanceof Event.Shutdown
                || (event instanceof Event.HandOver handOver && handOver.thenStop())) {
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.HandOver) {
            preemptHeld = true;
        } else if (event instanceof Event.GroupMoved moved && moved.to() == State.ACTIVE) {
            becomeActive(Reason.SYNC_GROUP, null, nowNs);
        } else if (event instanceof Event.Late) {
            listenAfterSleep(nowNs);
        } else if (event instanceof Event.Reconfigured && config.isOwner()) {
            becomeActive(Reason.OWNER, null, nowNs);
        }
    }

    private void whileActive(Event event, long nowNs) {
        if (event instanceof Event.Heard heard) {
            hearWhileActive(heard, nowNs);
        } else if (event instanceof Event.TimerExpired) {
            expireWhileActive(nowNs);
        } else if (event instanceof Event.Fault fault) {
            faultWhileActive(fault);
        } else if (event instanceof Event.Shutdown) {
            stopAdvertising();
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.HandOver handOver) {
            handOver(handOver.thenStop(), nowNs);
        } else if (event instanceof Event.PeerWants wants && handingOver == null) {
            askToTake(wants.peer(), false, true, nowNs);
        } else if (event instanceof Event.Yield yielded && handingOver == null) {
            askToTake(yielded.peer(), false, false, nowNs);
        } else if (event instanceof Event.PeerTook took && isHandingOverTo(took.peer())) {
            finishHandOver(took.peer(), nowNs);
        } else if (event instanceof Event.PeerRefused refused && isHandingOverTo(refused.peer())) {
            failHandOver(refused.peer(), nowNs);
        } else if (event instanceof Event.PeerGone gone && isHandingOverTo(gone.peer())) {
            failHandOver(gone.peer(), nowNs);
        } else if (event instanceof Event.PeerLeft left && isHandingOverTo(left.peer())) {
            failHandOver(left.peer(), nowNs);
        } else if (event instanceof Event.PeerReleasing releasing) {
            actions.add(new TellPeerTaken(releasing.peer()));
        } else if (event instanceof Event.Late) {
            giveWay(nowNs);
        } else if (event instanceof Event.GroupMoved moved && moved.to() == State.BACKUP) {
            stopAdvertising();
            becomeBackup(Reason.SYNC_GROUP, null, nowNs);
        } else if (event instanceof Event.Reconfigured) {
            // The peers learn a new interval or priority at once, before the old interval could time out.
            advertise(nowNs);
        }
    }

    /** §6.4.1: an owner is Active at once, anyone else listens first. */
    private void begin(Reason reason, long nowNs) {
        if (config.isOwner()) {
            becomeActive(Reason.OWNER, null, nowNs);
        } else {
            activeRouter = null;
            becomeBackup(reason, null, nowNs);
        }
    }

    private void hearWhileBackup(Event.Heard heard, long nowNs) {
        if (isFromSelf(heard)) {
            return;
        }
        if (heard.priority() == 0) {
            boolean fromActive = heard.source().equals(activeRouter);
            boolean nobodyElseWaits =
                    config.twoRouters() || (peers.contains(heard.source()) && isBestWithout(heard.source()));
            takeOverFrom(heard.source(), Reason.PEER_STOPPED, fromActive && nobodyElseWaits, nowNs);
            return;
        }
        activeRouter = heard.source();
        if (heard.priority() >= priority) {
            preemptDelayRuns = false;
            accept(heard, nowNs);
        } else if (preemptHeld || !mayPreempt()) {
            accept(heard, nowNs);
        } else if (config.preemptDelayNs() > 0) {
            delayPreemption(heard, nowNs);
        } else {
            // §6.4.2: discard; the timer that runs decides
            whenDown = Reason.LOWER_PRIORITY_PREEMPTED;
        }
    }

    private void accept(Event.Heard heard, long nowNs) {
        adoptInterval(heard);
        waitForActive(nowNs);
    }

    private void delayPreemption(Event.Heard heard, long nowNs) {
        if (!preemptDelayRuns) {
            preemptDelayRuns = true;
            preemptAtNs = nowNs + config.preemptDelayNs();
        }
        accept(heard, nowNs);
    }

    private void expireWhileBackup(long nowNs) {
        if (preemptDelayRuns && isDue(preemptAtNs, nowNs)) {
            becomeActive(Reason.LOWER_PRIORITY_PREEMPTED, activeRouter, nowNs);
        } else if (isDue(downAtNs, nowNs)) {
            // Woken much too late, the silence may be our own: hear one interval first, but only once.
            if (nowNs - downAtNs > activeIntervalNs && !listeningAfterSleep) {
                listenAfterSleep(nowNs);
            } else {
                becomeActive(whenDown, activeRouter, nowNs);
            }
        }
    }

    /** The Active router is going or gone. Skew only exists to order several Backups: the best known one needs none. */
    private void takeOverFrom(InetAddress peer, Reason reason, boolean atOnce, long nowNs) {
        if (atOnce) {
            becomeActive(reason, peer, nowNs);
        } else {
            whenDown = reason;
            downAtNs = earlier(downAtNs, nowNs + skewNs(priority));
        }
    }

    /** Planned hand-over: make before break. */
    private void takeFrom(InetAddress peer, long nowNs) {
        releasedBy = peer;
        releaseEndsAtNs = nowNs + HAND_OVER_TIMEOUT_NS;
        becomeActive(Reason.PEER_RELEASING, peer, nowNs);
    }

    private void hearWhileActive(Event.Heard heard, long nowNs) {
        if (isFromSelf(heard) || (isReleased(heard, nowNs) && heard.priority() != 0)) {
            return;
        }
        if (heard.priority() == 0) {
            // §6.4.3: another router was Active too; show the Backups that we are here
            releasedBy = null;
            advertise(nowNs);
        } else if (isHandingOverTo(heard.source())) {
            finishHandOver(heard.source(), nowNs);
        } else if (KnownPeers.beats(heard.priority(), heard.source(), priority, ownAddress())) {
            adoptInterval(heard);
            Reason reason = heard.priority() > priority ? Reason.HIGHER_PRIORITY_HEARD : Reason.HIGHER_ADDRESS_HEARD;
            actions.add(new RemoveAddresses());
            becomeBackup(reason, heard.source(), nowNs);
        } else {
            answerLower(heard, nowNs);
        }
    }

    /**
     * §6.4.3: answer with an advertisement and, as keepalived does, teach switches and neighbours again. At most ten times
     * an interval, so that one talkative router cannot make this one flood the LAN.
     */
    private void answerLower(Event.Heard heard, long nowNs) {
        actions.add(new Warn(Warning.SECOND_ACTIVE, heard.source()));
        if (config.answerLowerPriority() && nowNs - answeredAtNs >= config.advertIntervalNs() / 10) {
            answeredAtNs = nowNs;
            advertise(nowNs);
            actions.add(new AnnounceAddresses());
        }
    }

    private void expireWhileActive(long nowNs) {
        if (handingOver != null && isDue(handingOver.deadlineNs(), nowNs)) {
            failHandOver(handingOver.target(), nowNs);
        }
        if (state == State.ACTIVE && isDue(advertiseAtNs, nowNs)) {
            long next = advertiseAtNs + config.advertIntervalNs();
            advertise(nowNs);
            // An absolute schedule, so that adverts do not drift; missed ones are not made up for.
            advertiseAtNs = isDue(next, nowNs) ? nowNs + config.advertIntervalNs() : next;
        }
    }

    private void faultWhileActive(Event.Fault fault) {
        if (fault.linkUsable()) {
            actions.add(new SendAdvertisement(0));
        }
        actions.add(new RemoveAddresses());
        InetAddress best = peers.best(null);
        if (best != null) {
            actions.add(new AskPeerToTake(best));
        }
        become(State.FAULT, Reason.FAULT, null, fault.cause());
    }

    private void handOver(boolean thenStop, long nowNs) {
        InetAddress best = peers.best(null);
        if (best != null) {
            askToTake(best, thenStop, true, nowNs);
        } else {
            leave(thenStop, Reason.SHUTDOWN, null, nowNs);
        }
    }

    private void askToTake(InetAddress peer, boolean thenStop, boolean thenHold, long nowNs) {
        handingOver = new HandingOver(peer, thenStop, thenHold, nowNs + HAND_OVER_TIMEOUT_NS);
        actions.add(new AskPeerToTake(peer));
    }

    private void finishHandOver(InetAddress peer, long nowNs) {
        boolean thenStop = handingOver != null && handingOver.thenStop();
        boolean thenHold = handingOver != null && handingOver.thenHold();
        actions.add(new RemoveAddresses());
        if (thenStop) {
            become(State.INITIALIZE, Reason.HANDED_OVER, peer);
        } else {
            preemptHeld |= thenHold;
            becomeBackup(Reason.HANDED_OVER, peer, nowNs);
        }
    }

    private void failHandOver(InetAddress peer, long nowNs) {
        boolean thenStop = handingOver != null && handingOver.thenStop();
        handingOver = null;
        if (thenStop) {
            leave(true, Reason.HAND_OVER_UNANSWERED, peer, nowNs);
        } else {
            actions.add(new Warn(Warning.HAND_OVER_FAILED, peer));
        }
    }

    /** The standard way to go: priority 0, then the addresses. */
    private void leave(boolean thenStop, Reason reason, @Nullable InetAddress peer, long nowNs) {
        stopAdvertising();
        if (thenStop) {
            become(State.INITIALIZE, reason, peer);
        } else {
            preemptHeld = true;
            becomeBackup(Reason.HANDED_OVER, peer, nowNs);
        }
    }

    private void stopAdvertising() {
        actions.add(new SendAdvertisement(0));
        actions.add(new RemoveAddresses());
    }

    /** Another router may be Active by now: drop the addresses without a word, hear one interval, then see. */
    private void giveWay(long nowNs) {
        actions.add(new RemoveAddresses());
        becomeBackup(Reason.LATE, null, nowNs);
        listenAfterSleep(nowNs);
    }

    private void listenAfterSleep(long nowNs) {
        listeningAfterSleep = true;
        downAtNs = nowNs + activeIntervalNs + skewNs(priority);
    }

    private void becomeActive(Reason reason, @Nullable InetAddress peer, long nowNs) {
        switch (reason) {
            case LOWER_PRIORITY_PREEMPTED -> {
                // The other router lives: have the address before its advert makes the other drop it.
                actions.add(new InstallAddresses());
                advertise(nowNs);
                actions.add(new AnnounceAddresses());
            }
            case PEER_RELEASING -> {
                actions.add(new InstallAddresses());
                actions.add(new AnnounceAddresses());
                advertise(nowNs);
                if (peer != null) {
                    actions.add(new TellPeerTaken(peer));
                }
            }
            default -> {
                advertise(nowNs);
                actions.add(new InstallAddresses());
                actions.add(new AnnounceAddresses());
            }
        }
        answeredAtNs = nowNs - config.advertIntervalNs();
        activeIntervalNs = config.advertIntervalNs();
        activeRouter = null;
        preemptHeld = false;
        preemptDelayRuns = false;
        become(State.ACTIVE, reason, peer);
    }

    private void becomeBackup(Reason reason, @Nullable InetAddress peer, long nowNs) {
        if (peer == null) {
            // §6.4.1: until an Active router is heard, our own interval counts
            activeIntervalNs = config.advertIntervalNs();
        }
        activeRouter = peer;
        preemptDelayRuns = false;
        waitForActive(nowNs);
        become(State.BACKUP, reason, peer);
    }

    private void become(State to, Reason reason, @Nullable InetAddress peer) {
        become(to, reason, peer, null);
    }

    private void become(State to, Reason reason, @Nullable InetAddress peer, @Nullable String cause) {
        actions.add(new ReportState(new StateChange(state, to, reason, peer, cause)));
        state = to;
        handingOver = null;
        if (to != State.ACTIVE) {
            releasedBy = null;
        }
    }

    private void advertise(long nowNs) {
        actions.add(new SendAdvertisement(priority));
        advertisedAtNs = nowNs;
        advertiseAtNs = nowNs + config.advertIntervalNs();
    }

    private void waitForActive(long nowNs) {
        whenDown = Reason.DOWN_INTERVAL_EXPIRED;
        listeningAfterSleep = false;
        downAtNs = nowNs + config.downAdverts() * activeIntervalNs + skewNs(priority);
    }

    /** Version 3 follows the Active router's interval; in version 2 all have the same. */
    private void adoptInterval(Event.Heard heard) {
        activeIntervalNs =
                config.version() == 2 || heard.intervalNs() <= 0 ? config.advertIntervalNs() : heard.intervalNs();
    }

    private void changePriority(int newPriority) {
        if (state == State.BACKUP) {
            downAtNs += skewNs(newPriority) - skewNs(priority);
        }
        priority = newPriority;
    }

    private void reconfigure(ElectionConfig newConfig, long nowNs) {
        int trackers = priority - config.priority();
        boolean followsOwnInterval = config.version() == 2 || activeRouter == null;
        config = newConfig;
        priority = newConfig.isOwner() ? ElectionConfig.OWNER_PRIORITY : clamp(newConfig.priority() + trackers);
        if (followsOwnInterval) {
            activeIntervalNs = newConfig.advertIntervalNs();
        }
        if (state == State.BACKUP) {
            waitForActive(nowNs);
        }
    }

    private void refuseRelease(Event event) {
        if (event instanceof Event.PeerReleasing releasing) {
            actions.add(new TellPeerRefused(releasing.peer()));
        }
    }

    private boolean isFromSelf(Event.Heard heard) {
        if (heard.source().equals(source)) {
            actions.add(new Warn(Warning.OWN_ADDRESS_HEARD, heard.source()));
            return true;
        }
        if (heard.priority() == ElectionConfig.OWNER_PRIORITY && config.isOwner()) {
            actions.add(new Warn(Warning.TWO_OWNERS, heard.source()));
        }
        return false;
    }

    /** Adverts that crossed our taking over on their way say nothing: their sender has handed over. */
    private boolean isReleased(Event.Heard heard, long nowNs) {
        return heard.source().equals(releasedBy) && !isDue(releaseEndsAtNs, nowNs);
    }

    private boolean isHandingOverTo(InetAddress peer) {
        return handingOver != null && handingOver.target().equals(peer);
    }

    private boolean isBestWithout(InetAddress gone) {
        return !peers.anyBetterThan(priority, ownAddress(), gone);
    }

    /** An owner preempts whatever its configuration says. */
    private boolean mayPreempt() {
        return config.preempt() || config.isOwner();
    }

    /** Whether every peer may have timed out on us: the quickest has priority 254. */
    private boolean hasSleptTooLong(long nowNs) {
        return nowNs - advertisedAtNs
                > Intervals.downNs(config.version(), 254, config.advertIntervalNs(), config.downAdverts());
    }

    private long skewNs(int forPriority) {
        return Intervals.skewNs(config.version(), forPriority, activeIntervalNs);
    }

    private InetAddress ownAddress() {
        if (source == null) {
            throw new IllegalStateException("state " + state + " without a source address");
        }
        return source;
    }

    private static int clamp(int priority) {
        return Math.max(1, Math.min(254, priority));
    }

    private static boolean isDue(long deadlineNs, long nowNs) {
        return nowNs - deadlineNs >= 0;
    }

    private static long earlier(long oneNs, long otherNs) {
        return oneNs - otherNs <= 0 ? oneNs : otherNs;
    }
}
