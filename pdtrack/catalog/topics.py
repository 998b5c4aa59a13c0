"""The topics that every installation starts with, and the other names that find them."""

from __future__ import annotations

from typing import NamedTuple


class TopicRow(NamedTuple):
    """A topic to add; other names stand one a line."""

    slug: str
    name: str
    other_names: str
    description: str


def _topic(slug: str, name: str, description: str, other_names: str) -> TopicRow:
    return TopicRow(slug, name, other_names.replace("; ", "\n"), description)


FIRST_ROWS: tuple[TopicRow, ...] = (
    _topic(
        "restraint",
        "Physical restraint and de-escalation",
        "Preventing, and where nothing else helps, carrying out physical restraint (603 CMR 46).",
        (
            "CPI; Crisis Prevention Institute; Nonviolent crisis intervention; NCI; Safety-Care; "
            "MANDT; Handle with Care; TCI; Therapeutic crisis intervention; De-escalation; Crisis "
            "intervention; Restraint training; Time-out"
        ),
    ),
    _topic(
        "sei",
        "Sheltered English Immersion (SEI)",
        "Teaching academic content to multilingual learners.",
        (
            "ELL; ESL; EL; ELE; English learners; English language learners; Sheltered English; "
            "RETELL; SEI endorsement; Multilingual learners; MLL; Bilingual education; WIDA; ACCESS"
        ),
    ),
    _topic(
        "sel",
        "Social-emotional learning (SEL)",
        "Skills for managing oneself and getting along with others.",
        (
            "SEL; Social and emotional learning; Responsive Classroom; Second Step; Zones of "
            "Regulation; Mindfulness; Self-regulation; CASEL"
        ),
    ),
    _topic(
        "suicide-prevention",
        "Suicide prevention",
        "Recognizing risk and acting on it (M.G.L. c.71 s.95).",
        "Suicide awareness; QPR; Question, Persuade, Refer; SOS Signs of Suicide; Postvention",
    ),
    _topic(
        "mental-health",
        "Mental health",
        "Anxiety, depression and other needs as they show in school.",
        (
            "Youth Mental Health First Aid; YMHFA; Anxiety; Depression; Behavioral health; "
            "School avoidance; School refusal"
        ),
    ),
    _topic(
        "trauma",
        "Trauma-sensitive practice",
        "What adversity does to learning, and schools in which students feel safe.",
        (
            "Trauma-informed; ACEs; Adverse childhood experiences; Safe and supportive schools; "
            "Secondary trauma; Compassion fatigue"
        ),
    ),
    _topic(
        "civil-rights",
        "Civil rights and Title IX",
        "The rights of students and staff, and what schools owe them.",
        "Title IX; Title VI; Discrimination; Harassment; Sexual harassment; Section 504",
    ),
    _topic(
        "bullying-prevention",
        "Bullying prevention",
        "Preventing, reporting and answering bullying (M.G.L. c.71 s.37O).",
        "Bullying; Anti-bullying; Cyberbullying; Hazing",
    ),
    _topic(
        "mandated-reporter",
        "Mandated reporting",
        "Recognizing and reporting abuse and neglect (M.G.L. c.119 s.51A).",
        "Mandated reporter; 51A; Child abuse; Neglect; DCF; Child protection",
    ),
    _topic(
        "concussion",
        "Concussion and head injury",
        "Head injuries in sports and at school (105 CMR 201).",
        "Concussion; Head injury; TBI; Traumatic brain injury; Return to play",
    ),
    _topic(
        "epinephrine",
        "Epinephrine and allergies",
        "Life-threatening allergies and auto-injectors (105 CMR 210).",
        (
            "EpiPen; Epi-Pen; Auto-injector; Anaphylaxis; Food allergy; Medication delegation; "
            "Medication administration"
        ),
    ),
    _topic(
        "cpr-first-aid",
        "CPR, AED and first aid",
        "Certification in first response.",
        (
            "CPR; AED; First aid; BLS; Basic life support; Heartsaver; Stop the Bleed; Narcan; "
            "Naloxone"
        ),
    ),
    _topic(
        "school-nursing",
        "School nursing and health",
        "Clinical practice in the school health office.",
        (
            "Nurse; School nurse; Health office; Diabetes; Asthma; Seizures; Epilepsy; "
            "Vision and hearing screening; SBIRT"
        ),
    ),
    _topic(
        "school-safety",
        "School safety",
        "Planning for emergencies and threat assessment.",
        "ALICE; Active shooter; Lockdown; Threat assessment; Emergency planning",
    ),
    _topic(
        "conflict-of-interest",
        "Ethics and conflict of interest",
        "What the conflict-of-interest law asks of public employees (M.G.L. c.268A).",
        "Ethics; 268A; State ethics; Professional conduct; FERPA; Confidentiality",
    ),
    _topic(
        "literacy",
        "Literacy and the science of reading",
        "Teaching all children to read and write on the evidence.",
        (
            "Reading; Writing; ELA; English language arts; Science of reading; Phonics; "
            "Phonemic awareness; Structured literacy; LETRS; Fundations; Wilson; "
            "Orton-Gillingham; OG; Early literacy; Heggerty; Vocabulary; Comprehension"
        ),
    ),
    _topic(
        "dyslexia",
        "Dyslexia",
        "Screening for dyslexia and teaching students who have it.",
        "Dyslexia screening; Reading disability; Specific learning disability; Dysgraphia",
    ),
    _topic(
        "mathematics",
        "Mathematics",
        "Content and pedagogy of mathematics, all grades.",
        (
            "Math; Maths; Numeracy; Algebra; Geometry; Fractions; Number sense; Dyscalculia; "
            "Building Thinking Classrooms; Illustrative Mathematics"
        ),
    ),
    _topic(
        "science",
        "Science and engineering",
        "Content and pedagogy of science, technology and engineering.",
        (
            "STEM; STEAM; Biology; Chemistry; Physics; Earth science; NGSS; OpenSciEd; "
            "Engineering; Phenomena"
        ),
    ),
    _topic(
        "social-studies",
        "History, civics and social science",
        "Content and pedagogy of history, geography and civics.",
        (
            "Social studies; History; Civics; Civic action project; Geography; Economics; Genocide "
            "education; Investigating History"
        ),
    ),
    _topic(
        "arts",
        "Visual and performing arts",
        "Music, theater, dance and visual arts.",
        "Art; Music; Theater; Dance; Arts integration; Media arts",
    ),
    _topic(
        "world-languages",
        "World languages",
        "Teaching languages other than English.",
        "Foreign language; Spanish; French; Latin; Mandarin; Dual language; Seal of Biliteracy",
    ),
    _topic(
        "physical-education",
        "Health and physical education",
        "Health, wellness, nutrition and physical education.",
        (
            "PE; Phys ed; Wellness; Health education; Nutrition; Substance use; Vaping; "
            "Coaching sports; Athletics"
        ),
    ),
    _topic(
        "special-education",
        "Special education and the IEP",
        "Law and practice of special education, from referral to the IEP.",
        (
            "SPED; IEP; Individualized Education Program; IDEA; New IEP form; Specially designed "
            "instruction; SDI; Eligibility; Progress monitoring; Inclusion; Team chair; 603 CMR 28"
        ),
    ),
    _topic(
        "autism",
        "Autism",
        "Teaching students on the autism spectrum.",
        (
            "ASD; Autism spectrum; ABA; Applied behavior analysis; TEACCH; PECS; Autism "
            "endorsement; Neurodiversity; Social stories"
        ),
    ),
    _topic(
        "behavior",
        "Behavior and classroom management",
        "Understanding behavior and building a classroom that works.",
        (
            "Classroom management; FBA; Functional behavior assessment; BIP; Behavior intervention "
            "plan; PBIS; Positive behavior; RBT; BCBA; MTSS; Executive function; Executive "
            "functioning; ADHD; Restorative practices; Restorative justice"
        ),
    ),
    _topic(
        "assistive-technology",
        "Assistive technology and AAC",
        "Tools with which students with disabilities learn and speak.",
        (
            "AT; AAC; Augmentative and alternative communication; Text to speech; "
            "Speech generating device; Accessible materials; AEM; Accessibility"
        ),
    ),
    _topic(
        "related-services",
        "Related services",
        "Speech and language, occupational and physical therapy, school psychology.",
        (
            "Speech-language; SLP; Occupational therapy; OT; Physical therapy; PT; School "
            "psychology; Sensory integration; Deaf and hard of hearing; Visual impairment"
        ),
    ),
    _topic(
        "transition",
        "Transition and postsecondary life",
        "From school to work, study and independent living.",
        (
            "Transition planning; Transition specialist; Chapter 688; Vocational; Job coaching; "
            "Postsecondary; Pre-employment; Pre-ETS; Life skills"
        ),
    ),
    _topic(
        "paraprofessionals",
        "Paraprofessionals",
        "For paraprofessionals and those who guide their work.",
        (
            "Paraprofessional; Para; Paraeducator; Instructional assistant; Teaching aide; Teacher "
            "assistant; ParaPro; One-to-one aide"
        ),
    ),
    _topic(
        "early-childhood",
        "Early childhood",
        "Teaching the youngest, from preschool to grade 2.",
        "Preschool; Pre-K; PreK; Kindergarten; EEC; Early intervention; Play-based learning",
    ),
    _topic(
        "universal-design",
        "Universal design for learning (UDL)",
        "Planning lessons that work for everybody from the start.",
        "UDL; Differentiated instruction; Differentiation; Universal design; Accommodations",
    ),
    _topic(
        "co-teaching",
        "Co-teaching and inclusion",
        "Two teachers, one classroom.",
        "Coteaching; Inclusive practice; Inclusion; Push-in; Team teaching",
    ),
    _topic(
        "equity",
        "Equity and culturally responsive teaching",
        "Schools in which every student belongs.",
        (
            "DEI; Culturally responsive; Culturally sustaining; Anti-racism; Antiracist; "
            "Belonging; LGBTQ; Gender identity; Implicit bias; Diversity"
        ),
    ),
    _topic(
        "family-engagement",
        "Family engagement",
        "Working with families and communities.",
        (
            "Parents; Families; Caregivers; Community partnership; Home visits; McKinney-Vento; "
            "Homelessness"
        ),
    ),
    _topic(
        "assessment",
        "Assessment and data",
        "Finding out what students have learned, and using it.",
        "MCAS; MCAS-Alt; Formative assessment; Data teams; Grading; Standards-based grading",
    ),
    _topic(
        "curriculum",
        "Curriculum and instruction",
        "Choosing, mapping and teaching a curriculum.",
        (
            "Curriculum mapping; High-quality instructional materials; HQIM; Lesson planning; "
            "Understanding by Design; Project-based learning; PBL; Deeper learning; Student "
            "engagement; Questioning"
        ),
    ),
    _topic(
        "technology",
        "Educational technology and AI",
        "Teaching with technology, and about it.",
        (
            "EdTech; AI; Artificial intelligence; ChatGPT; Google Classroom; Chromebook; Digital "
            "literacy; Computer science; Coding; Robotics; Cybersecurity; Canvas; Data privacy"
        ),
    ),
    _topic(
        "leadership",
        "Leadership",
        "For principals, directors, department heads and those who want to become one.",
        (
            "Principal; Administrator; Supervisor; Educator evaluation; Supervision; PAL; "
            "Superintendent; Teacher leadership; School improvement; Instructional rounds"
        ),
    ),
    _topic(
        "mentoring",
        "Mentoring and induction",
        "For new educators and their mentors.",
        (
            "Mentor; Induction; New teacher; Beginning teacher; Mentor training; "
            "Instructional coaching; Coaching"
        ),
    ),
    _topic(
        "licensure",
        "Licensure programs",
        "Courses and seminars that lead to a license or an endorsement.",
        (
            "MTEL; Educator license; License; Endorsement; Practicum; Initial license; "
            "Professional license; Waiver; Moderate disabilities; Severe disabilities"
        ),
    ),
    _topic(
        "professional-learning-communities",
        "Professional learning communities",
        "Colleagues who study their own practice together.",
        (
            "PLC; Job-alike; Network meeting; Study group; Lesson study; Book study; "
            "Community of practice"
        ),
    ),
    _topic(
        "transportation",
        "Transportation and facilities",
        "For bus drivers, monitors, custodians and food service staff.",
        (
            "Bus driver; Bus monitor; 7D; School bus; Wheelchair securement; Custodian; "
            "Food service; ServSafe"
        ),
    ),
    _topic(
        "operations",
        "Office and school operations",
        "For office staff, business managers and human resources.",
        (
            "Secretary; Office staff; Business manager; Human resources; HR; Payroll; Grants; "
            "Procurement; MCPPO; Data reporting; SIMS; EPIMS"
        ),
    ),
    _topic(
        "educator-wellness",
        "Educator wellness",
        "Keeping well in a demanding profession.",
        "Self-care; Burnout; Stress; Resilience; Well-being; Wellbeing; Yoga",
    ),
)
