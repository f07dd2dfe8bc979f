"""Designations: what staff call a case, from two random words and a number.

They come from nowhere but chance, so that a name on a list says nothing about a person.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.services import lot

ADJECTIVES = (
    "Amber", "Bold", "Brave", "Bright", "Brisk", "Calm", "Cheerful", "Clear", "Clever", "Coastal",
    "Copper", "Curious", "Dappled", "Deft", "Distant", "Early", "Eager", "Even", "Fair", "Gentle",
    "Golden", "Grand", "Green", "Hardy", "Hazel", "Humble", "Ivory", "Keen", "Kind", "Lively",
    "Lone", "Loyal", "Lucky", "Merry", "Mild", "Misty", "Modest", "Nimble", "Noble", "Northern",
    "Patient", "Plain", "Polar", "Proud", "Quick", "Quiet", "Rapid", "Ready", "Rosy", "Round",
    "Russet", "Sandy", "Silent", "Silver", "Slender", "Smooth", "Snowy", "Soft", "Southern",
    "Spotted", "Steady", "Still", "Stout", "Sunny", "Swift", "Tall", "Tawny", "Tidy", "Tranquil",
    "True", "Velvet", "Vivid", "Wandering", "Warm", "Western", "White", "Wide", "Wild", "Winter",
    "Wise",
)  # fmt: skip

BIRDS = (
    "Albatross", "Avocet", "Bittern", "Blackbird", "Bluethroat", "Brambling", "Bunting", "Buzzard",
    "Chaffinch", "Chiffchaff", "Coot", "Cormorant", "Crane", "Crossbill", "Curlew", "Dipper",
    "Dove", "Dunlin", "Dunnock", "Eider", "Falcon", "Fieldfare", "Finch", "Flycatcher", "Gannet",
    "Goldcrest", "Goldfinch", "Goshawk", "Grebe", "Greenfinch", "Guillemot", "Gull", "Harrier",
    "Hawfinch", "Heron", "Hoopoe", "Ibis", "Jackdaw", "Jay", "Kestrel", "Kingfisher", "Kite",
    "Kittiwake", "Lapwing", "Lark", "Linnet", "Magpie", "Martin", "Merlin", "Nightingale",
    "Nightjar", "Nuthatch", "Oriole", "Osprey", "Ouzel", "Owl", "Partridge", "Pelican", "Petrel",
    "Pipit", "Plover", "Puffin", "Quail", "Raven", "Redstart", "Redwing", "Robin", "Rook",
    "Sandpiper", "Shelduck", "Shrike", "Siskin", "Skylark", "Snipe", "Sparrow", "Starling",
    "Stonechat", "Stork", "Swallow", "Swan", "Tern", "Thrush", "Treecreeper", "Turnstone",
    "Wagtail", "Warbler", "Waxwing", "Wheatear", "Whinchat", "Whitethroat", "Wigeon", "Wren",
)  # fmt: skip

LOWEST, HIGHEST = 10, 99


def draw() -> str:
    """Return a random designation, such as "Quiet Heron 17"."""
    return f"{lot.one(ADJECTIVES)} {lot.one(BIRDS)} {lot.one(range(LOWEST, HIGHEST + 1))}"


def fresh(session: Session) -> str:
    """Return a random designation no case has; call it inside the unit of work that uses it."""
    while True:
        designation = draw()
        taken = select(Application.id).where(Application.designation == designation)
        if session.scalar(taken) is None:
            return designation
